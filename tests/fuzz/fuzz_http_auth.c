/* A request with a body, from a peer that its first byte describes: who has no token gets nowhere, and
 * what a form holds is clean. */
#include "http/auth.h"
#include "http/form.h"
#include "http/parse.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "correct-horse-battery"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const struct http_exchange *exchange)
{
	struct form form;
	char value[64];
	int err = form_open(exchange, &form);

	if (err) {
		if (err != -EPROTONOSUPPORT)
			abort();
		return;
	}
	err = form_value(&form, "root", value, sizeof(value));
	if (err &&
	    (*value || (err != -ENOENT && err != -EBADMSG && err != -ENAMETOOLONG)))
		abort();
	for (const char *p = value; !err && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			abort();
}

/* In the open, or written as %XX. */
static bool may_hold_token(const uint8_t *data, size_t size)
{
	return memmem(data, size, TOKEN, strlen(TOKEN)) || memchr(data, '%', size);
}

static void check_admission(const struct http_exchange *exchange, const uint8_t *data,
			    size_t size)
{
	const struct http_peer *peer = exchange->peer;
	struct auth auth = { 0 };
	struct auth_refusal refusal = { 0 };
	struct sha256 s;
	bool admitted;

	sha256_start(&s);
	sha256_add(&s, TOKEN, strlen(TOKEN));
	sha256_end(&s, auth.token_sha256);
	auth.has_token = !(data[0] & 8);
	admitted = auth_admit(&auth, exchange, &refusal);
	if (admitted && !peer->tls && !peer->local)
		abort();
	if (admitted && !peer->certified && auth.has_token && !may_hold_token(data, size))
		abort();
	if (!admitted && (refusal.status < 400 || !refusal.reason))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request request;
	struct http_peer peer = { .name = "2001:db8::1" };
	struct http_exchange exchange = { .request = &request, .peer = &peer };
	struct auth broken = { 0 };
	const char *text;

	if (!size)
		return 0;
	peer.tls = data[0] & 1;
	peer.local = data[0] & 2;
	peer.certified = data[0] & 4;
	text = (const char *)data + 1;
	auth_read(&broken, (struct text){ text, size - 1 });
	if (http_parse(text, size - 1, &request))
		return 0;
	exchange.body =
		(struct text){ text + request.head_len, size - 1 - request.head_len };
	check_value(&exchange);
	check_admission(&exchange, data, size);
	return 0;
}
