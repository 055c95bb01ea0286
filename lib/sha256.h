/* SHA-256 (FIPS 180-4), by mbedTLS. */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/* Room for the library's own state: no memory is allocated and nothing is to be freed. */
struct sha256 {
	_Alignas(8) uint8_t state[128];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);

#endif
