/* Mounting the real root, and what belongs to it. */
#ifndef MOUNT_ROOTFS_H
#define MOUNT_ROOTFS_H

#include <stdbool.h>

struct rootfs_request {
	const char *source; /* "/dev/vda1"; without a device whatever the type wants */
	const char *types;  /* comma list to be tried in order */
	const char *flags;  /* mount options, NULL for none */
	bool writable;	    /* unless @flags say otherwise */
	const char *target; /* an existing folder */
	/* NULL, or a root: @target, the source of a bind mount and paths in @flags are then what
	 * processes in that root mean by them, so that no link leads out of it */
	const char *inside;
};

struct rootfs_result {
	char type[32];	/* the one that was mounted */
	bool read_only; /* asked for or not */
};

/* One try. 0; -errno of the last type tried: -ENODEV: no driver for it, -EBUSY, -EIO,
 * -ENXIO and -ENOMEDIUM: may work a moment later; -E2BIG: @flags are too long. A device
 * that refuses to be written is mounted read-only. */
int rootfs_mount(const struct rootfs_request *request, struct rootfs_result *result);

#endif
