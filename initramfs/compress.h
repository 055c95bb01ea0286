/* How segments of an initramfs may be packed. */
#ifndef INITRAMFS_COMPRESS_H
#define INITRAMFS_COMPRESS_H

#include "initramfs/mem.h"

struct compression {
	const char *name;
	const char *magic; /* the first bytes of what is packed */
	size_t magic_len;

	unsigned level_max, level_default; /* 0: there are no levels */

	/* Appends the packed @data to @out. NULL: this program cannot. 0 or -errno. */
	int (*pack)(const uint8_t *data, size_t len, unsigned level, struct bytes *out);

	/* Appends what the first segment in @data holds to @out and says in @used how
	 * many bytes it takes there. NULL: this program cannot. 0; -EUCLEAN: damaged. */
	int (*unpack)(const uint8_t *data, size_t len, struct bytes *out, size_t *used);
};

struct packing {
	const struct compression *compression;
	unsigned level;
};

/* @spec is NAME or NAME:LEVEL, of a compression that can pack. 0 or -EINVAL. */
int packing_parse(const char *spec, struct packing *out);

/* By how @data begins, uncompressed cpio not among them. NULL: none. */
const struct compression *compression_by_magic(const uint8_t *data, size_t len);

#endif
