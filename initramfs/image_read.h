/* Reads what the kernel takes as an initramfs: cpio archives, packed or not, one after
 * another with zeroes between them (buffer-format.rst). Pure: memory only. */
#ifndef INITRAMFS_IMAGE_READ_H
#define INITRAMFS_IMAGE_READ_H

#include "initramfs/mem.h"
#include "initramfs/newc.h"

#include <stdbool.h>

/* One archive as it is, or all that one run of a decompressor gives. */
struct image_segment {
	unsigned number;    /* from 1 */
	size_t offset;	    /* in the file */
	const char *format; /* "cpio", or the name of the compression */
};

struct image_reader {
	struct cursor file;
	struct image_segment segment; /* which the last entry is from */
	struct newc_reader archive;
	struct bytes unpacked; /* this segment's bytes, when it is packed */
	bool packed, in_archive;
	const char *problem;   /* static text, set with an error */
	size_t problem_offset; /* in the file, or in what was unpacked */
};

struct image_reader image_reader_over(const void *data, size_t len);
void image_reader_free(struct image_reader *r);

/* 1: an entry, valid until the next call; 0: the end; -EUCLEAN: damaged;
 * -EPROTONOSUPPORT: packed in a way that this program cannot unpack. */
int image_read(struct image_reader *r, struct newc_entry *entry);

#endif
