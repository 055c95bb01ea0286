#include "lib/ca_bundle.h"

#include "lib/fd.h"
#include "lib/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/asn1.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define VERSION (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED) /* [0] */

int ca_bundle_open(const char *path, struct ca_bundle *out)
{
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t der[CA_BUNDLE_DER_MAX];
	struct stat st;
	size_t off = 0;
	void *text;

	*out = (struct ca_bundle){ 0 };
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!st.st_size)
		return -ENODATA;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return -errno;
	*out = (struct ca_bundle){ text, (size_t)st.st_size };
	if (ca_bundle_next(out, &off, der))
		return 0;
	ca_bundle_close(out);
	return -ENODATA;
}

void ca_bundle_close(struct ca_bundle *bundle)
{
	if (bundle->text)
		(void)munmap((void *)bundle->text, bundle->size); /* it was mapped */
	bundle->text = NULL;
}

size_t ca_bundle_next(const struct ca_bundle *b, size_t *off,
		      uint8_t der[CA_BUNDLE_DER_MAX])
{
	ssize_t len;

	do
		len = pem_next(b->text, b->size, off, "CERTIFICATE", der,
			       CA_BUNDLE_DER_MAX);
	while (len < 0);
	return (size_t)len;
}

/* Over one value of any kind. */
static int skip(uint8_t **p, const uint8_t *end)
{
	size_t len;
	int err;

	if (*p == end)
		return MBEDTLS_ERR_ASN1_OUT_OF_DATA;
	++*p;
	err = mbedtls_asn1_get_len(p, end, &len);
	if (!err)
		*p += len;
	return err;
}

static int enter(uint8_t **p, const uint8_t *end)
{
	size_t len;

	return mbedtls_asn1_get_tag(p, end, &len,
				    MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
}

/* The Name where the subject is, RFC 5280, section 4.1; its length, 0 when it is not there. */
static size_t subject(const uint8_t *der, size_t len, const uint8_t **name)
{
	const uint8_t *end = der + len;
	uint8_t *p = (uint8_t *)der, *start; /* mbedTLS only reads */
	int err = enter(&p, end);

	if (!err)
		err = enter(&p, end);
	if (!err && p < end && *p == VERSION)
		err = skip(&p, end);
	for (unsigned i = 0; i < 4 && !err; i++)
		err = skip(&p, end); /* serialNumber, signature, issuer, validity */
	start = p;
	if (err || skip(&p, end))
		return 0;
	*name = start;
	return (size_t)(p - start);
}

static uint8_t folded(uint8_t c)
{
	if (c == MBEDTLS_ASN1_PRINTABLE_STRING)
		return MBEDTLS_ASN1_UTF8_STRING;
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool ca_bundle_is_subject(const uint8_t *der, size_t len, const uint8_t *name,
			  size_t name_len)
{
	const uint8_t *own = NULL;

	if (!name_len || subject(der, len, &own) != name_len)
		return false;
	for (size_t i = 0; i < name_len; i++)
		if (folded(own[i]) != folded(name[i]))
			return false;
	return true;
}
