/* Detached signatures as `openssl dgst -sha256 -sign KEY` makes them: ECDSA over P-256 or P-384, and
 * RSA (PKCS #1 v1.5). */
#ifndef LIB_SIGNATURE_H
#define LIB_SIGNATURE_H

#include "lib/sha256.h"

#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_SIZE_MAX 1024

/* Is @signature that of a text with this digest, by the public key @pem (its NUL is counted in
 * @pem_size)? 0; -EBADMSG: it is not; -EINVAL: the key cannot be read; -EOPNOTSUPP: of a kind that
 * is not supported. */
int signature_verify(const char *pem, size_t pem_size, const uint8_t digest[SHA256_SIZE],
		     const uint8_t *signature, size_t len);

#endif
