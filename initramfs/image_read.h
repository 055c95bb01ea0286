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
	size_t packed_len;  /* in the file, and */
	size_t len;	    /* unpacked: both are known behind its last entry */
};

struct image_reader {
	struct cursor file;
	struct image_segment segment; /* which the last entry is from */
	struct newc_reader archive;
	unsigned archive_number; /* from 1, in the whole image */
	struct bytes unpacked;	 /* this segment's bytes, when it is packed */
	size_t may_unpack;	 /* how many bytes more, see image_reader_over() */
	int broken;		 /* what the unpacker said, when it stopped too early */
	bool packed, in_archive, in_segment;
	size_t left_out;       /* see newc.h, of all archives read to their end */
	const char *problem;   /* static text, set with an error */
	size_t problem_offset; /* in the file, or */
	bool problem_inside;   /* in what the segment unpacks to */
};

/* By default an image of @len bytes may unpack to 64 times as much and a quarter of a gigabyte,
 * so that a small file cannot fill the memory; @may_unpack may be set to another number. */
struct image_reader image_reader_over(const void *data, size_t len);
void image_reader_free(struct image_reader *r);

/* 1: an entry, valid until the next call; 0: the end; -EUCLEAN: damaged, what could be
 * read came before; -EPROTONOSUPPORT: packed in a way that this program cannot unpack;
 * -EFBIG: unpacks to more than it may. */
int image_read(struct image_reader *r, struct newc_entry *entry);

/* The same by segments: first 1 for each, then image_read_entry() up to its 0. */
int image_read_segment(struct image_reader *r);
int image_read_entry(struct image_reader *r, struct newc_entry *entry);

/* Hands over the memory of a packed segment: its entries are valid as long as that. */
struct bytes image_reader_take(struct image_reader *r);

#endif
