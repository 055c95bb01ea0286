#include "lib/tls_identity.h"

#include "lib/clock_floor.h"
#include "lib/x509_text.h"

#include <errno.h>
#include <mbedtls/oid.h>
#include <mbedtls/psa_util.h>
#include <string.h>

#define RSA_BITS_MIN 2048
#define DAY_S	     86400
/* Around a certificate in the message that carries it: RFC 8446, section 4.4.2. */
#define FRAME_SIZE 5
#define HEAD_SIZE  8

struct checked {
	const struct tls_identity *identity;
	const struct tls_identity_text *text;
	int64_t now_s;
	struct buf *why;
};

static bool fits(const struct tls_identity *identity, const mbedtls_x509_crt *crt)
{
	return mbedtls_pk_check_pair(&crt->pk, &identity->key, mbedtls_psa_get_random,
				     MBEDTLS_PSA_RANDOM_STATE) == 0;
}

static int check_pair(const struct checked *c)
{
	const struct tls_identity *identity = c->identity;
	unsigned number = 2;

	if (fits(identity, &identity->chain))
		return 0;
	for (const mbedtls_x509_crt *crt = identity->chain.next; crt; crt = crt->next) {
		if (fits(identity, crt)) {
			buf_printf(c->why,
				   "%s: the certificate of the key in %s comes as number "
				   "%u: it must be the first",
				   c->text->cert.path, c->text->key.path, number);
			return -EKEYREJECTED;
		}
		number++;
	}
	buf_printf(c->why, "%s: this key does not fit the certificate in %s",
		   c->text->key.path, c->text->cert.path);
	return -EKEYREJECTED;
}

static int check_kind(const struct checked *c)
{
	const mbedtls_pk_context *pk = &c->identity->chain.pk;
	size_t bits = mbedtls_pk_get_bitlen(pk);

	if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA) || bits >= RSA_BITS_MIN)
		return 0;
	buf_printf(c->why, "%s: an RSA key of %u bits is too weak: %u are the least",
		   c->text->cert.path, (unsigned)bits, RSA_BITS_MIN);
	return -EKEYREJECTED;
}

/* What is wrong with @child being issued by @parent, to mbedTLS; 0: nothing. */
static uint32_t check_link(const mbedtls_x509_crt *child, const mbedtls_x509_crt *parent)
{
	mbedtls_x509_crt one = *child, authority = *parent;
	uint32_t flags = 0;

	one.next = authority.next = NULL;
	(void)mbedtls_x509_crt_verify(&one, &authority, NULL, NULL, &flags, NULL,
				      NULL); /* it is in the flags too */
	return flags;
}

static void put_link(const struct checked *c, unsigned number,
		     const mbedtls_x509_crt *child, const char *relation,
		     const mbedtls_x509_crt *parent)
{
	buf_printf(c->why, "%s: certificate %u, of \"", c->text->cert.path, number);
	x509_put_holder(c->why, &child->subject);
	buf_printf(c->why, "\", %s certificate %u, of \"", relation, number + 1);
	x509_put_holder(c->why, &parent->subject);
	buf_puts(c->why, "\"");
}

static int check_order(const struct checked *c)
{
	const mbedtls_x509_crt *crt = &c->identity->chain;

	for (unsigned number = 1; crt->next; number++, crt = crt->next) {
		const char *relation = NULL;

		if (!x509_is_same(&crt->issuer_raw, &crt->next->subject_raw))
			relation = "must be followed by its issuer and not by";
		else if (check_link(crt, crt->next))
			relation = "was not signed, or not in a way that counts, by";
		if (relation) {
			put_link(c, number, crt, relation, crt->next);
			return -EKEYREJECTED;
		}
	}
	return 0;
}

static void put_dates(const struct checked *c, unsigned number, const struct date *now,
		      const char *verdict, const struct date *limit, const char *what)
{
	buf_printf(c->why, "%s: certificate %u %s: the clock says ", c->text->cert.path,
		   number, verdict);
	x509_put_date(c->why, now);
	buf_printf(c->why, ", %s ", what);
	x509_put_date(c->why, limit);
}

/* A clock that nobody set begins at the floor. */
static bool is_clock_unset(const struct checked *c)
{
	return c->now_s < (int64_t)clock_floor_s() + DAY_S;
}

static int check_dates(const struct checked *c)
{
	struct date now = date_of(c->now_s);
	unsigned number = 1;

	for (const mbedtls_x509_crt *crt = &c->identity->chain; crt; crt = crt->next) {
		struct date from = x509_date(&crt->valid_from),
			    to = x509_date(&crt->valid_to);

		if (date_compare(&now, &from) < 0) {
			put_dates(c, number, &now, "is not valid yet", &from,
				  "it is valid from");
			if (is_clock_unset(c))
				buf_puts(c->why, " (nobody seems to have set the clock)");
			return -ETIME;
		}
		if (date_compare(&now, &to) > 0) {
			put_dates(c, number, &now, "has expired", &to,
				  "it was valid until");
			return -EKEYREJECTED;
		}
		number++;
	}
	return 0;
}

static bool has_name(const mbedtls_x509_crt *crt)
{
	for (const mbedtls_x509_sequence *s = x509_names(crt); s; s = s->next)
		if (x509_is_host(s))
			return true;
	return !x509_names(crt) &&
	       mbedtls_asn1_find_named_data(&crt->subject, MBEDTLS_OID_AT_CN,
					    MBEDTLS_OID_SIZE(MBEDTLS_OID_AT_CN));
}

static int check_names(const struct checked *c)
{
	if (has_name(&c->identity->chain))
		return 0;
	buf_printf(c->why, "%s: the certificate names no host: it needs a subjectAltName",
		   c->text->cert.path);
	return -EKEYREJECTED;
}

static int check_use(const struct checked *c)
{
	const mbedtls_x509_crt *crt = &c->identity->chain;

	if (mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) ==
		    0 &&
	    mbedtls_x509_crt_check_extended_key_usage(
		    crt, MBEDTLS_OID_SERVER_AUTH,
		    MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) == 0)
		return 0;
	buf_printf(c->why,
		   "%s: the certificate may not be used by a server: it needs keyUsage "
		   "digitalSignature and extendedKeyUsage serverAuth, or neither",
		   c->text->cert.path);
	return -EKEYREJECTED;
}

static int check_size(const struct checked *c)
{
	size_t size = HEAD_SIZE;

	for (const mbedtls_x509_crt *crt = &c->identity->chain; crt; crt = crt->next)
		size += FRAME_SIZE + crt->raw.len;
	if (size <= MBEDTLS_SSL_OUT_CONTENT_LEN)
		return 0;
	buf_printf(c->why,
		   "%s: the certificates are %zu bytes, %u have room: leave out the root",
		   c->text->cert.path, size, MBEDTLS_SSL_OUT_CONTENT_LEN);
	return -EKEYREJECTED;
}

/* What is worth the first word comes first. */
static int (*const checks[])(const struct checked *c) = {
	check_pair,  check_kind, check_order, check_dates,
	check_names, check_use,	 check_size,
};

int tls_identity_check(const struct tls_identity *identity,
		       const struct tls_identity_text *text, struct buf *why)
{
	struct checked c = { identity, text, text->now_s, why };
	int err = 0;

	if (c.now_s < (int64_t)clock_floor_s())
		c.now_s = clock_floor_s();
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && !err; i++)
		err = checks[i](&c);
	return err;
}
