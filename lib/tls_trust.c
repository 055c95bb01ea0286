#include "lib/tls_trust.h"

#include "lib/buf.h"
#include "lib/x509_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_RANK 99

/* ---- what is trusted */

int tls_trust_open(const struct tls_client *config, struct tls_trust *trust, char *why,
		   size_t why_size)
{
	int err = 0;

	*trust = (struct tls_trust){ .ca_path = config->ca_path,
				     .now = date_of(config->now_s),
				     .reason_rank = NO_RANK };
	(void)ip_parse(config->host, &trust->address); /* else it is a name */
	if (config->pins)
		err = tls_pins_parse(config->pins, &trust->pins);
	if (err) {
		buf_format(why, why_size, "%s: %s", config->pins,
			   err == -E2BIG ? "too many pins" : "not sha256//BASE64");
		return -EINVAL;
	}
	if (config->ca_bundle)
		trust->bundle = *config->ca_bundle;
	else if (config->ca_path)
		err = ca_bundle_open(config->ca_path, &trust->bundle);
	trust->owns_bundle = !config->ca_bundle;
	if (err) {
		buf_format(why, why_size, "%s: %s", config->ca_path,
			   err == -ENODATA ? "no certificate in it" : strerror(-err));
		return err == -ENOMEM ? err : -ENOENT;
	}
	if (!trust->bundle.text && !trust->pins.count) {
		buf_format(why, why_size,
			   "neither certificates nor a pinned key to trust");
		return -ENOENT;
	}
	trust->by_key_alone = !trust->bundle.text;
	return 0;
}

void tls_trust_close(struct tls_trust *trust)
{
	if (trust->owns_bundle)
		ca_bundle_close(&trust->bundle);
}

void tls_trust_clients(struct tls_trust *trust, const char *ca_path, int64_t now_s)
{
	*trust = (struct tls_trust){ .ca_path = ca_path,
				     .now = date_of(now_s),
				     .reason_rank = NO_RANK };
}

/* ---- dates */

static bool has_expired(const struct tls_trust *trust, const mbedtls_x509_crt *crt)
{
	struct date to = x509_date(&crt->valid_to);

	return date_compare(&trust->now, &to) > 0;
}

static uint32_t check_dates(const struct tls_trust *trust, const mbedtls_x509_crt *crt)
{
	struct date from = x509_date(&crt->valid_from);

	if (date_compare(&trust->now, &from) < 0)
		return MBEDTLS_X509_BADCERT_FUTURE;
	return has_expired(trust, crt) ? MBEDTLS_X509_BADCERT_EXPIRED : 0;
}

/* ---- the certificates that may have issued another */

/* Behind those that are valid stands what has expired: the first whose key fits is taken. */
static void insert(const struct tls_trust *trust, mbedtls_x509_crt **list,
		   mbedtls_x509_crt *crt)
{
	while (*list && (!has_expired(trust, *list) || has_expired(trust, crt)))
		list = &(*list)->next;
	crt->next = *list;
	*list = crt;
}

/* One that cannot be parsed is no reason not to look at the next. */
static int add_candidate(const struct tls_trust *trust, mbedtls_x509_crt **list,
			 const uint8_t *der, size_t len)
{
	mbedtls_x509_crt *crt = calloc(1, sizeof(*crt));

	if (!crt)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	mbedtls_x509_crt_init(crt);
	if (mbedtls_x509_crt_parse_der(crt, der, len) == 0) {
		insert(trust, list, crt);
		return 0;
	}
	mbedtls_x509_crt_free(crt);
	free(crt);
	return 0;
}

/* The library frees what it is given. */
static int find_issuers(void *p, const mbedtls_x509_crt *child, mbedtls_x509_crt **out)
{
	struct tls_trust *trust = p;
	uint8_t der[CA_BUNDLE_DER_MAX];
	size_t off = 0, len;
	int err = 0;

	*out = NULL;
	if (!trust->bundle.text)
		return 0;
	while (!err && (len = ca_bundle_next(&trust->bundle, &off, der)))
		if (ca_bundle_is_subject(der, len, child->issuer_raw.p,
					 child->issuer_raw.len))
			err = add_candidate(trust, out, der, len);
	for (mbedtls_x509_crt *crt = *out; crt; crt = crt->next)
		if (x509_is_same(&crt->raw, &child->raw))
			trust->known = child;
	if (err) {
		mbedtls_x509_crt_free(*out);
		free(*out);
		*out = NULL;
	}
	return err;
}

/* ---- names */

/* Names are compared by the library, but an address would also be sent as a name by it, which RFC
 * 6066 forbids: it never hears of addresses. */
static uint32_t check_address(const struct tls_trust *trust, const mbedtls_x509_crt *crt)
{
	if (!trust->address.family)
		return 0;
	for (const mbedtls_x509_sequence *s = x509_names(crt); s; s = s->next) {
		struct ip ip = x509_address(s);

		if (ip_equal(&ip, &trust->address))
			return 0;
	}
	return MBEDTLS_X509_BADCERT_CN_MISMATCH;
}

/* ---- the verdict, in words */

static void put_future(struct buf *b, const struct tls_trust *t,
		       const mbedtls_x509_crt *c)
{
	struct date from = x509_date(&c->valid_from);

	buf_puts(b, " is not valid yet: the clock says ");
	x509_put_date(b, &t->now);
	buf_puts(b, ", the certificate is valid from ");
	x509_put_date(b, &from);
}

static void put_expired(struct buf *b, const struct tls_trust *t,
			const mbedtls_x509_crt *c)
{
	struct date to = x509_date(&c->valid_to);

	buf_puts(b, " has expired: the clock says ");
	x509_put_date(b, &t->now);
	buf_puts(b, ", the certificate was valid until ");
	x509_put_date(b, &to);
}

static void put_pin(struct buf *b, const struct tls_trust *t, const mbedtls_x509_crt *c)
{
	uint8_t digest[SHA256_SIZE];
	char pin[TLS_PIN_SIZE];

	(void)t;
	x509_digest_key(c, digest);
	tls_pin_print(digest, pin);
	buf_printf(b, " has another key than the pinned one: %s", pin);
}

static void put_wrong_name(struct buf *b, const struct tls_trust *t,
			   const mbedtls_x509_crt *c)
{
	(void)t;
	buf_puts(b, " is that of another server: ");
	x509_put_names(b, c);
}

static void put_issuer(struct buf *b, const struct tls_trust *t,
		       const mbedtls_x509_crt *c)
{
	if (x509_is_same(&c->issuer_raw, &c->subject_raw)) {
		buf_printf(b, " is signed by itself, and not in %s", t->ca_path);
		return;
	}
	buf_puts(b, " was issued by \"");
	x509_put_holder(b, &c->issuer);
	buf_printf(b, "\", which is not in %s", t->ca_path);
}

static void put_weak(struct buf *b, const struct tls_trust *t, const mbedtls_x509_crt *c)
{
	(void)t;
	(void)c;
	buf_puts(b,
		 " has a key or a signature of a kind that is too weak or not supported");
}

/* What tells most first: with a wrong clock nothing else is worth a word. */
static const struct reason {
	uint32_t flags;
	void (*put)(struct buf *b, const struct tls_trust *t, const mbedtls_x509_crt *c);
} reasons[] = {
	{ MBEDTLS_X509_BADCERT_FUTURE, put_future },
	{ MBEDTLS_X509_BADCERT_EXPIRED, put_expired },
	{ MBEDTLS_X509_BADCERT_OTHER, put_pin },
	{ MBEDTLS_X509_BADCERT_CN_MISMATCH, put_wrong_name },
	{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, put_issuer },
	{ ~0U, put_weak },
};

/* Called from the root down to the server: of two equal reasons the server's is kept. */
static void note(struct tls_trust *trust, const mbedtls_x509_crt *crt, int depth,
		 uint32_t flags)
{
	struct buf b = BUF_OVER(trust->reason);
	unsigned rank = 0;

	while (!(reasons[rank].flags & flags))
		rank++;
	if (rank > trust->reason_rank)
		return;
	trust->reason_rank = rank;
	buf_puts(&b, "the certificate");
	if (depth) {
		buf_puts(&b, " of \"");
		x509_put_holder(&b, &crt->subject);
		buf_puts(&b, "\"");
	}
	reasons[rank].put(&b, trust, crt);
}

static uint32_t check_pin(const struct tls_trust *trust, const mbedtls_x509_crt *crt)
{
	uint8_t digest[SHA256_SIZE];

	if (!trust->pins.count)
		return 0;
	x509_digest_key(crt, digest);
	return tls_pins_have(&trust->pins, digest) ? 0 : MBEDTLS_X509_BADCERT_OTHER;
}

/* Without certificates to trust the key says it all: whose the name is, who signed it and when is
 * then of no interest. */
int tls_trust_verify(void *p, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls_trust *trust = p;

	if (trust->by_key_alone)
		*flags = 0;
	else
		*flags |= check_dates(trust, crt);
	if (depth == 0 && !trust->by_key_alone)
		*flags |= check_address(trust, crt);
	if (depth == 0 && trust->known == crt)
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	if (depth == 0)
		*flags |= check_pin(trust, crt);
	if (*flags)
		note(trust, crt, depth, *flags);
	return 0;
}

void tls_trust_judge(struct tls_trust *trust, mbedtls_ssl_config *config)
{
	mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_cb(config, find_issuers, trust);
	mbedtls_ssl_conf_verify(config, tls_trust_verify, trust);
}
