/* The key that signatures of images are checked with, as lib/signature.h wants it. Pure. */
#ifndef INITRAMFS_PUBLIC_KEY_H
#define INITRAMFS_PUBLIC_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL, or what is wrong with it, and what to do. */
const char *public_key_check(const uint8_t *pem, size_t len);

/* Is there a private key among it, in PEM? */
bool public_key_is_private(const uint8_t *pem, size_t len);

#endif
