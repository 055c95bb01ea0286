/* The newc form of cpio, as the kernel reads it (buffer-format.rst, init/initramfs.c).
 * Pure: memory in, memory out. */
#ifndef INITRAMFS_NEWC_H
#define INITRAMFS_NEWC_H

#include "initramfs/mem.h"
#include "lib/cursor.h"

#include <stdint.h>

/* Ends an archive; no file can have this name. */
#define NEWC_TRAILER   "TRAILER!!!"

#define NEWC_ALIGNMENT 4 /* of each header, and of each file's contents */

struct newc_entry {
	const char *name; /* without a leading '/'; "." is the root */
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor;
	const uint8_t *data; /* of a symbolic link: its target, without a NUL */
	size_t len;

	/* For writing: of @data in the archive, a power of two, reached with NULs behind the
	 * name. 0: that of the format. */
	size_t data_alignment;
};

/* Appends one entry to an archive that began with @out. 0; -EINVAL: empty name, or the
 * trailer's; -ENAMETOOLONG: a name or target that the kernel would skip in silence; -EFBIG: 4 GiB
 * or more. */
int newc_put(struct bytes *out, const struct newc_entry *entry);

/* The same without @data and the NULs that align what follows it. */
int newc_put_head(struct bytes *out, const struct newc_entry *entry);
void newc_put_trailer(struct bytes *out);

/* Reads one archive; @cursor stands behind its trailer at the end. */
struct newc_reader {
	struct cursor cursor;
	size_t offset; /* of the entry read last */
	size_t left_out; /* entries that the kernel skips: names too long, or of no length */
	const char *problem; /* static text, set with -EUCLEAN */
};

/* 1: an entry, which points into the cursor's memory; 0: the trailer was read, or the
 * data ended where an entry ends; -EUCLEAN: see @problem and @offset. */
int newc_read(struct newc_reader *r, struct newc_entry *entry);

#endif
