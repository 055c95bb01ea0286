/* A long run of bytes in pieces: short ones it keeps, long ones stay where they are. So an
 * archive of many megabytes need not exist in one place. */
#ifndef INITRAMFS_ROPE_H
#define INITRAMFS_ROPE_H

#include "initramfs/mem.h"

struct rope_piece {
	const uint8_t *data; /* NULL: in what the rope keeps, at @kept_at */
	size_t kept_at, len;
	size_t start; /* in the rope */
};

/* All zeroes is an empty one. */
struct rope {
	struct rope_piece *pieces;
	size_t count, len;
	struct bytes kept;
};

/* Appends a copy of @data. */
void rope_put(struct rope *r, const void *data, size_t len);

/* Appends @data itself, which must stay as it is until rope_free(). */
void rope_refer(struct rope *r, const void *data, size_t len);

/* Copies the @len bytes at @from, which must be there. */
void rope_copy(const struct rope *r, size_t from, uint8_t *to, size_t len);

void rope_free(struct rope *r);

#endif
