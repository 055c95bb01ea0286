/* The image that a verb is about: opened, read, and said what is wrong with it. */
#ifndef INITRAMFS_IMAGE_FILE_H
#define INITRAMFS_IMAGE_FILE_H

#include "initramfs/image.h"
#include "initramfs/mapped.h"

#include <sys/stat.h>

/* What the flags of IMAGE_FLAGS fill in. */
struct image_flags {
	char *segment, *max_size;
};

/* Rows for the flag table of a verb whose options are a @type with a struct image_flags as
 * @field. */
#define IMAGE_FLAG_SEGMENT(type, field)                                     \
	{                                                                   \
		's', "segment", FLAG_STRING, "N", "only segment N, from 1", \
			offsetof(type, field.segment)                       \
	}
#define IMAGE_FLAG_MAX_SIZE(type, field)                                     \
	{                                                                    \
		0, "max-size", FLAG_STRING, "MIB",                           \
			"how much may be unpacked (256, and 64 times FILE)", \
			offsetof(type, field.max_size)                       \
	}

struct image_file {
	struct image image;
	const char *path;
	uint32_t only; /* the segment that was asked for; 0: all */
	struct stat st;
	struct mapped mapped;
	struct bytes read;   /* instead, when it is no file that can be mapped */
	const uint8_t *data; /* it, of either */
	size_t len;
};

/* 0 or -errno, after one line in the log that begins with @verb. In both cases what could be
 * read is in @file, which is to be closed; @path must stay. */
int image_file_open(struct image_file *file, const char *verb, const char *path,
		    const struct image_flags *flags);
void image_file_close(struct image_file *file);

#endif
