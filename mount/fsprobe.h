/* Which file system, or which container, is on this device? Pure: sees what the caller's
 * source hands out, never a device.
 *
 * Types, usages, UUIDs and labels are those that `blkid --probe` of util-linux 2.38
 * prints. Containers (RAID, LVM, LUKS) come before file systems: what lies inside a
 * container's first sectors is never taken for a file system of its own. */
#ifndef MOUNT_FSPROBE_H
#define MOUNT_FSPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No single question to a source is longer. */
#define FSPROBE_READ_MAX 4096

/* Whoever reads a device does best to read this much first, once: all that is looked at
 * on an ext4, but for a few places beyond and at the end. */
#define FSPROBE_FRONT_LEN  (68 * 1024)

#define FSPROBE_UUID_SIZE  41  /* LUKS has room for 40 characters, LVM uses 38 */
#define FSPROBE_LABEL_SIZE 257 /* Btrfs; an F2FS or NTFS label beyond that is cut */

/* Where the bytes come from. */
struct fsprobe_source {
	/* @len bytes (1 to FSPROBE_READ_MAX) at @off, which lie below @size; the caller
	 * owns them and may overwrite them in the next call. NULL: they cannot be read. */
	const uint8_t *(*bytes)(void *ctx, uint64_t off, size_t len);
	void *ctx;
	uint64_t size;	      /* of the device */
	uint32_t sector_size; /* 0: 512 */
	bool partition;	      /* RAID controllers mark whole disks only */
	bool optical; /* a CD or DVD: no RAID, no swap, and its end may not be read */
};

struct fsprobe_result {
	const char *type;
	const char *usage; /* "filesystem", "raid", "crypto", "other" */
	const char *also;  /* the second type found when there are more, or NULL */
	/* The names under which the kernel may know it, in the order to try them, with
	 * commas between; NULL: nothing that can be mounted, whatever @usage says. */
	const char *drivers;
	char uuid[FSPROBE_UUID_SIZE];	/* "" when none */
	char label[FSPROBE_LABEL_SIZE]; /* the bytes as they are on disk, UTF-16 and
					   Latin-1 as UTF-8; "" when none */
};

/* All but uuid and label is static storage. 0; -ENODATA: nothing known, @out is as it
 * was; -EUCLEAN: nothing known, but a magic number is there and the contents are not
 * credible, @out is as it was; -ENOTUNIQ: more than one file system is there (where blkid
 * says `ambivalent`): @out->type and @out->also name two of them, nothing else holds. */
int fsprobe(const struct fsprobe_source *src, struct fsprobe_result *out);

#endif
