#include "lib/signature.h"

#include <errno.h>
#include <mbedtls/pk.h>
#include <stdbool.h>

#define RSA_BITS_MIN 2048

static bool is_supported(const mbedtls_pk_context *key)
{
	if (mbedtls_pk_can_do(key, MBEDTLS_PK_RSA))
		return mbedtls_pk_get_bitlen(key) >= RSA_BITS_MIN;
	return mbedtls_pk_can_do(key, MBEDTLS_PK_ECDSA);
}

/* The library adds the error of a lower layer to its own. */
static int parse_error(int err)
{
	int high = -(-err & 0xff80);

	if (high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG ||
	    high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE)
		return -EOPNOTSUPP;
	return high == MBEDTLS_ERR_PK_ALLOC_FAILED ? -ENOMEM : -EINVAL;
}

int signature_verify(const char *pem, size_t pem_size, const uint8_t digest[SHA256_SIZE],
		     const uint8_t *signature, size_t len)
{
	mbedtls_pk_context key;
	int err;

	/* without its NUL the library would take it for DER */
	if (!pem_size || pem[pem_size - 1])
		return -EINVAL;
	mbedtls_pk_init(&key);
	err = mbedtls_pk_parse_public_key(&key, (const uint8_t *)pem, pem_size);
	if (err)
		err = parse_error(err);
	else if (!is_supported(&key))
		err = -EOPNOTSUPP;
	else if (mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, digest, SHA256_SIZE,
				   signature, len))
		err = -EBADMSG;
	mbedtls_pk_free(&key);
	return err;
}
