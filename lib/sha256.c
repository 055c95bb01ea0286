#include "lib/sha256.h"

#include <mbedtls/sha256.h>

_Static_assert(sizeof(mbedtls_sha256_context) <= sizeof(struct sha256), "room for it");

static mbedtls_sha256_context *context(struct sha256 *s)
{
	return (mbedtls_sha256_context *)s->state;
}

/* The library's functions return errors for the sake of hardware that can fail. */
void sha256_start(struct sha256 *s)
{
	mbedtls_sha256_init(context(s));
	(void)mbedtls_sha256_starts(context(s), 0);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	(void)mbedtls_sha256_update(context(s), data, len);
}

void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	(void)mbedtls_sha256_finish(context(s), out);
}
