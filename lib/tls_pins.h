/* Pinned public keys, as curl's --pinnedpubkey spells them: sha256//BASE64[;sha256//BASE64…], each
 * the digest of a SubjectPublicKeyInfo (RFC 7469, section 2.4). Pure. */
#ifndef LIB_TLS_PINS_H
#define LIB_TLS_PINS_H

#include "lib/sha256.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_PINS_MAX 8

struct tls_pins {
	unsigned count;
	uint8_t digests[TLS_PINS_MAX][SHA256_SIZE];
};

/* 0; -EINVAL: not of this form; -E2BIG: more than TLS_PINS_MAX. */
int tls_pins_parse(const char *text, struct tls_pins *out);

bool tls_pins_have(const struct tls_pins *pins, const uint8_t digest[SHA256_SIZE]);

/* The pin of a key with this digest, NUL-terminated. */
#define TLS_PIN_SIZE 53
void tls_pin_print(const uint8_t digest[SHA256_SIZE], char out[TLS_PIN_SIZE]);

#endif
