#include "lib/x509_text.h"

#include <mbedtls/oid.h>
#include <string.h>

bool x509_is_same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

struct date x509_date(const mbedtls_x509_time *t)
{
	return (struct date){ t->year, t->mon, t->day, t->hour, t->min, t->sec };
}

void x509_put_date(struct buf *b, const struct date *d)
{
	buf_printf(b, "%04ld-%02d-%02d %02d:%02d", (long)d->year, d->month, d->day,
		   d->hour, d->minute);
}

/* What a SubjectAltName is: the low bits of the tag (RFC 5280, section 4.2.1.6). */
static unsigned kind_of(const mbedtls_x509_sequence *name)
{
	return name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
}

struct ip x509_address(const mbedtls_x509_sequence *name)
{
	struct ip ip = { IP_NONE, { 0 } };

	if (kind_of(name) != MBEDTLS_X509_SAN_IP_ADDRESS)
		return ip;
	if (name->buf.len == 4)
		ip.family = IP_V4;
	else if (name->buf.len == 16)
		ip.family = IP_V6;
	if (ip.family)
		memcpy(ip.bytes, name->buf.p, name->buf.len);
	return ip;
}

/* The list of the library begins with an empty one when there are none. */
const mbedtls_x509_sequence *x509_names(const mbedtls_x509_crt *crt)
{
	return crt->subject_alt_names.buf.p ? &crt->subject_alt_names : NULL;
}

bool x509_is_host(const mbedtls_x509_sequence *name)
{
	return kind_of(name) == MBEDTLS_X509_SAN_DNS_NAME || x509_address(name).family;
}

static void put_bytes(struct buf *b, const mbedtls_x509_buf *value)
{
	char text[64] = "";
	size_t len = value->len < sizeof(text) ? value->len : sizeof(text) - 1;

	memcpy(text, value->p, len);
	buf_printable(b, text);
}

/* By the name of the holder, or of the organisation, which old root certificates have instead. */
void x509_put_holder(struct buf *b, const mbedtls_x509_name *name)
{
	static const char *const kinds[] = { MBEDTLS_OID_AT_CN,
					     MBEDTLS_OID_AT_ORGANIZATION };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (const mbedtls_x509_name *n = name; n; n = n->next)
			if (n->oid.len == strlen(kinds[i]) &&
			    memcmp(n->oid.p, kinds[i], n->oid.len) == 0) {
				put_bytes(b, &n->val);
				return;
			}
	buf_puts(b, "?");
}

void x509_put_names(struct buf *b, const mbedtls_x509_crt *crt)
{
	const char *comma = "";

	if (!x509_names(crt))
		x509_put_holder(b, &crt->subject);
	for (const mbedtls_x509_sequence *s = x509_names(crt); s; s = s->next) {
		struct ip ip = x509_address(s);
		char text[IP_TEXT_SIZE];

		if (!x509_is_host(s))
			continue;
		buf_puts(b, comma);
		if (ip.family)
			buf_puts(b, ip_format(text, &ip));
		else
			put_bytes(b, &s->buf);
		comma = ", ";
	}
}

void x509_digest_key(const mbedtls_x509_crt *crt, uint8_t digest[SHA256_SIZE])
{
	struct sha256 s;

	sha256_start(&s);
	sha256_add(&s, crt->pk_raw.p, crt->pk_raw.len);
	sha256_end(&s, digest);
}
