/* CRC-32 with the reflected polynomial 0xedb88320: GPT, LVM2, gzip. */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The register after @len more bytes. Nothing is inverted here: the common CRC-32 is
 * ~crc32_update(~0, …), others start and end elsewhere. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t len);

#endif
