/* Would the HTTPS of /init start with the certificate and key that are in the image? */
#include "initramfs/check.h"
#include "lib/tls.h"

#include <time.h>

#define SOON_S (30 * 86400)

static const struct image_entry *read_pem(const struct checkup *c, const char *path,
					  struct tls_pem *out)
{
	const struct image_entry *e = image_find(c->image, path, true);

	if (e && S_ISREG(e->as.mode))
		*out = (struct tls_pem){ path, (const char *)e->as.data, e->as.len };
	return e;
}

static void check_identity(struct checkup *c, const struct tls_identity_text *text)
{
	struct date soon = date_of(text->now_s + SOON_S);
	struct tls_identity *identity = NULL;
	struct tls_identity_facts facts;
	char why[512];

	if (tls_identity_parse(text, &identity, why, sizeof(why))) {
		check_add(c, CHECK_ERROR, NULL, "%s, so that HTTPS does not start", why);
		return;
	}
	tls_identity_describe(identity, &facts);
	tls_identity_free(identity);
	if (date_compare(&facts.valid_to, &soon) < 0)
		check_add(c, CHECK_WARNING, TLS_IDENTITY_CERT,
			  "expires on %04d-%02d-%02d: pack a newer one",
			  (int)facts.valid_to.year, facts.valid_to.month,
			  facts.valid_to.day);
}

void check_https(struct checkup *c)
{
	struct tls_identity_text text = { .now_s = time(NULL) };
	const struct image_entry *cert = read_pem(c, TLS_IDENTITY_CERT, &text.cert),
				 *key = read_pem(c, TLS_IDENTITY_KEY, &text.key);

	(void)read_pem(c, TLS_IDENTITY_CLIENT_CA, &text.client_ca); /* need not be */
	if (!cert && !key && !text.client_ca.path)
		return;
	if (!text.cert.path || !text.key.path)
		check_add(c, CHECK_ERROR,
			  text.cert.path ? TLS_IDENTITY_KEY : TLS_IDENTITY_CERT,
			  "is not in the image, so that HTTPS does not start: build it "
			  "with --https-cert and --https-key");
	else
		check_identity(c, &text);
}
