/* How segments of an initramfs may be packed. */
#ifndef INITRAMFS_COMPRESS_H
#define INITRAMFS_COMPRESS_H

#include "initramfs/mem.h"
#include "initramfs/rope.h"

struct compression {
	const char *name;
	const char *magic; /* the first bytes of what is packed */
	size_t magic_len;
	const char *kernel_option; /* without it the kernel cannot; NULL: it always can */

	unsigned level_max;	/* 0: there are no levels */
	unsigned level_default; /* 0: the packer's own choice */

	/* Appends the packed @archive to @out: the same bytes on any number of processors.
	 * NULL: this program cannot. 0 or -errno. */
	int (*pack)(const struct rope *archive, unsigned level, struct bytes *out);

	/* Appends what the first segment in @data holds to @out and says in @used how
	 * many bytes it takes there. NULL: this program cannot. 0; -EUCLEAN: damaged, what
	 * could be unpacked is in @out; -EFBIG: it came past the limit of @out. */
	int (*unpack)(const uint8_t *data, size_t len, struct bytes *out, size_t *used);
};

struct packing {
	const struct compression *compression;
	unsigned level;
};

/* @spec is NAME or NAME:LEVEL, of a compression that can pack. 0 or -EINVAL. */
int packing_parse(const char *spec, struct packing *out);

/* Appends the packed @data to @out. 0 or -errno. */
int packing_pack(const struct packing *packing, const void *data, size_t len,
		 struct bytes *out);

/* By how @data begins, uncompressed cpio not among them. NULL: none. */
const struct compression *compression_by_magic(const uint8_t *data, size_t len);

/* The @number-th from 0, the usual ones first; NULL: there are no more. */
const struct compression *compression_at(size_t number);

#endif
