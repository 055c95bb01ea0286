#include "lib/cursor.h"
#include "lib/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Certificates, a NUL, a key, and maybe a NUL and the authorities of clients: what is refused is told
 * why, and what is taken can be described. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	const char *cert = cursor_string(&c), *key = cert ? cursor_string(&c) : NULL;
	size_t len = cursor_left(&c);
	const char *ca = (const char *)cursor_bytes(&c, len);
	struct tls_identity_text text = { .now_s = 1900000000 };
	struct tls_identity *identity = NULL;
	struct tls_identity_facts facts;
	char why[256] = "";
	int err;

	if (!cert || !key)
		return 0;
	text.cert = (struct tls_pem){ "cert", cert, strlen(cert) };
	text.key = (struct tls_pem){ "key", key, strlen(key) };
	if (len)
		text.client_ca = (struct tls_pem){ "ca", ca, len };
	err = tls_identity_parse(&text, &identity, why, sizeof(why));
	if (!err != !why[0] || !err != !!identity)
		abort();
	if (err && err != -EKEYREJECTED && err != -ETIME && err != -ENOMEM)
		abort();
	if (identity) {
		tls_identity_describe(identity, &facts);
		if (!facts.names[0] || strlen(facts.pin) != TLS_PIN_SIZE - 1)
			abort();
	}
	tls_identity_free(identity);
	return 0;
}
