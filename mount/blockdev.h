/* A block device as the kernel describes it in sysfs, and what is on it. */
#ifndef MOUNT_BLOCKDEV_H
#define MOUNT_BLOCKDEV_H

#include "mount/fsprobe.h"
#include "mount/parttable.h"
#include "mount/rootspec.h"

#include <stdbool.h>
#include <stdint.h>

#define BLOCKDEV_NAME_SIZE 64

struct blockdev {
	char name[BLOCKDEV_NAME_SIZE]; /* below /dev: "vda1" */
	uint32_t major, minor;
	uint32_t partn;	      /* 0: a whole disk */
	uint32_t diskseq;     /* the same for all of a disk; 0: a kernel before 5.15 */
	char part_label[112]; /* 36 UTF-16 units of GPT as UTF-8 */
	struct parttable_entry part; /* empty until asked for */
	bool part_read;		     /* … and it was: whatever is there, is in @part */
	bool stale;		     /* to be read again: it changed */
	bool gpt_read_only;	     /* found by its type, and marked read-only */
	bool probed;		     /* @fs and @probe_err hold */
	struct fsprobe_result fs;
	int probe_err; /* 0, or why @fs is not known: -ENODATA, -EIO … */
	bool scanned;  /* for iso-scan: what it holds was looked at */
};

/* Reads /sys/class/block/@name. 0, or -errno; -ENODEV: not a block device of this name.
 */
int blockdev_read(struct blockdev *dev, const char *name);

/* The same from the uevent of @name: KEY=VALUE strings, each NUL-terminated, @len bytes together. */
int blockdev_read_event(struct blockdev *dev, const char *name, const char *keys,
			size_t len);

/* Reads the superblock into dev->fs, and dev->probe_err if that cannot be. */
void blockdev_probe(struct blockdev *dev);

/* Reads the partition table of the disk @dev lies on into dev->part, once. */
void blockdev_read_partition(struct blockdev *dev);

/* The size of the device of that name now; 0: not known. */
uint64_t blockdev_size_bytes(const char *name);

/* Does it hold anything? A loop, device mapper or RAID device and a drive without a medium
 * are announced before they do. */
bool blockdev_has_medium(const struct blockdev *dev);

/* Are these the same disk or parts of it? */
bool blockdev_same_disk(const struct blockdev *a, const struct blockdev *b);

/* Is @b built on @a, as the holders in /sys say? */
bool blockdev_is_held_by(const struct blockdev *a, const struct blockdev *b);

/* Would blockdev_matches() have to read from the device? */
bool blockdev_must_read(const struct blockdev *dev, const struct rootspec *spec);

/* Does @spec mean @dev? Reads from the device just what the question needs. */
bool blockdev_matches(struct blockdev *dev, const struct rootspec *spec);

#endif
