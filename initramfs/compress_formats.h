/* What the rows of compress.c call: pairs as struct compression has them, a file a library. */
#ifndef INITRAMFS_COMPRESS_FORMATS_H
#define INITRAMFS_COMPRESS_FORMATS_H

#include "initramfs/mem.h"
#include "initramfs/rope.h"

#define UNPACK_STEP ((size_t)1 << 20) /* of room at a time */

int bzip2_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

int gzip_pack(const struct rope *archive, unsigned level, struct bytes *out);
int gzip_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

int lz4_pack(const struct rope *archive, unsigned level, struct bytes *out);
int lz4_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

int lzma_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);
int xz_pack(const struct rope *archive, unsigned level, struct bytes *out);
int xz_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

int lzo_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

int zstd_pack(const struct rope *archive, unsigned level, struct bytes *out);
int zstd_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used);

#endif
