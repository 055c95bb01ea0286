/* What takes the room in an image. Pure. */
#ifndef INITRAMFS_IMAGE_SIZE_H
#define INITRAMFS_IMAGE_SIZE_H

#include "initramfs/image.h"

enum image_kind {
	KIND_MODULES, /* with their index files */
	KIND_FIRMWARE,
	KIND_MICROCODE, /* and what else is for the kernel before it unpacks: ACPI tables */
	KIND_INIT,
	KIND_LIBRARIES,
	KIND_PROGRAMS,
	KIND_OTHER, /* with the headers of all entries that have no data */
	KINDS,
};

/* @packed is an estimate: a segment's packed size is shared out by what its files take when each
 * is packed alone. In the sum over a segment it is exact. */
struct image_share {
	size_t unpacked, packed, files;
};

/* A file, or a folder with the sum of all that is below. */
struct image_room {
	char *path; /* "." is the sum of all */
	bool folder;
	struct image_share share;
};

struct image_size {
	struct image_room *rooms;
	size_t count;
	struct image_share kinds[KINDS];
};

/* Rows are sorted: the ones that take most first, whatever their depth. What a later archive
 * replaces takes room all the same. */
void image_size(struct image_size *size, const struct image *image);
void image_size_free(struct image_size *size);

const char *image_kind_name(enum image_kind kind);

#endif
