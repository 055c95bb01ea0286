/* SHA-1 (FIPS 180-4), for protocols that name it where nothing hangs on its strength: WebSocket
 * shows with it that a server has read the request. Pure. */
#ifndef LIB_SHA1_H
#define LIB_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

void sha1(const void *data, size_t len, uint8_t out[SHA1_SIZE]);

#endif
