/* Which filesystem, or which container, is in this image? Pure: reads memory, never a
 * device.
 *
 * Types, UUIDs and labels are those that blkid of util-linux prints. Containers (RAID,
 * LVM, LUKS) come before filesystems: what lies inside a container's first sectors is
 * never taken for a filesystem of its own. */
#ifndef MOUNT_FSPROBE_H
#define MOUNT_FSPROBE_H

#include <stddef.h>
#include <stdint.h>

/* The caller reads this much first: all containers and the common filesystems. Two pages,
 * because the RAID superblock 1.2 begins in the second one, and whatever the disk held
 * before is often still in the first. */
#define FSPROBE_FIRST_LEN 8192
/* Enough for everything: Btrfs at 64 KiB, swap with pages of 64 KiB. */
#define FSPROBE_FULL_LEN   (68 * 1024)

#define FSPROBE_UUID_SIZE  41  /* LUKS has room for 40 characters, LVM uses 38 */
#define FSPROBE_LABEL_SIZE 257 /* Btrfs; an F2FS label beyond that is cut */

struct fsprobe_result {
	const char *type;
	const char *usage;		/* "filesystem", "raid", "crypto", "other" */
	char uuid[FSPROBE_UUID_SIZE];	/* "" when none */
	char label[FSPROBE_LABEL_SIZE]; /* the bytes as they are on disk, F2FS as UTF-8;
					   "" when none */
};

/* @img is the start of the device. @len may be short: a probe that needs more simply does
 * not match, so the answer to -ENODATA and -EUCLEAN is to try again with FSPROBE_FULL_LEN
 * bytes.
 * @out is written only on success; type and usage are static storage.
 * 0; -ENODATA: nothing known; -EUCLEAN: a magic number is there, the contents not
 * credible. */
int fsprobe(const uint8_t *img, size_t len, struct fsprobe_result *out);

#endif
