#include "lib/pem.h"

#include "lib/buf.h"

#include <errno.h>
#include <mbedtls/base64.h>
#include <string.h>

#define MARK_SIZE 48

/* The first place behind @from that @mark stands at, or NULL. */
static const char *find(const char *text, size_t len, size_t from, const char *mark)
{
	return memmem(text + from, len - from, mark, strlen(mark));
}

ssize_t pem_next(const char *text, size_t len, size_t *off, const char *label,
		 uint8_t *der, size_t size)
{
	char mark[MARK_SIZE];
	const char *begin, *end;
	size_t der_len = 0;

	FORMAT(mark, "-----BEGIN %s-----", label);
	begin = find(text, len, *off, mark);
	if (!begin)
		return 0;
	begin += strlen(mark);
	*off = (size_t)(begin - text);
	FORMAT(mark, "-----END %s-----", label);
	end = find(text, len, *off, mark);
	if (!end)
		return -EBADMSG;
	*off = (size_t)(end - text) + strlen(mark);
	if (mbedtls_base64_decode(der, size, &der_len, (const uint8_t *)begin,
				  (size_t)(end - begin)))
		return -EBADMSG;
	return der_len ? (ssize_t)der_len : -EBADMSG;
}
