/* A block device as the kernel describes it in sysfs, and what is on it. */
#ifndef MOUNT_BLOCKDEV_H
#define MOUNT_BLOCKDEV_H

#include "mount/fsprobe.h"
#include "mount/rootspec.h"

#include <stdbool.h>
#include <stdint.h>

#define BLOCKDEV_NAME_SIZE 64

struct blockdev {
	char name[BLOCKDEV_NAME_SIZE]; /* below /dev: "vda1" */
	uint32_t major, minor;
	uint32_t partn;	      /* 0: a whole disk */
	char part_label[112]; /* 36 UTF-16 units of GPT as UTF-8 */
	char part_uuid[37];   /* "" until asked for */
	bool probed;	      /* @fs and @probe_err hold */
	struct fsprobe_result fs;
	int probe_err; /* 0, or why @fs is not known: -ENODATA, -EIO … */
};

/* Reads /sys/class/block/@name. 0, or -errno; -ENODEV: not a block device of this name.
 */
int blockdev_read(struct blockdev *dev, const char *name);

/* Reads the superblock into dev->fs, and dev->probe_err if that cannot be. */
void blockdev_probe(struct blockdev *dev);

/* Reads the partition table of the disk @dev lies on into dev->part_uuid. */
void blockdev_read_partuuid(struct blockdev *dev);

/* Does @spec mean @dev? Reads from the device just what the question needs. */
bool blockdev_matches(struct blockdev *dev, const struct rootspec *spec);

#endif
