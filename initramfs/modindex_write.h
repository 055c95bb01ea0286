/* Writes kmod's index files, which modules/modindex.h reads, byte for byte as depmod. */
#ifndef INITRAMFS_MODINDEX_WRITE_H
#define INITRAMFS_MODINDEX_WRITE_H

#include "initramfs/mem.h"

struct modindex_row {
	const char *key;
	const char *value;
	uint32_t priority; /* the values of a key come in this order, lowest first */
};

/* Sorts @rows and appends the index to @out, which must be empty. 0; -EINVAL: a key is
 * empty or not ASCII; -EFBIG: more than the format's 256 MiB. */
int modindex_write(struct bytes *out, struct modindex_row *rows, size_t count);

#endif
