/* Mounting what a word of the command line or a line of fstab means: waiting for the device,
 * asking its superblock for the type, patience. What goes wrong becomes boot->verdict and begins
 * with @what, whom it is about: "root", "fstab: /usr". */
#ifndef INIT_FILESYSTEM_H
#define INIT_FILESYSTEM_H

#include "init/boot.h"
#include "mount/rootfs.h"

#define FILESYSTEM_SOURCE_SIZE (BLOCKDEV_NAME_SIZE + 8)

/* The device that @spec means, at most @limit_s seconds from now (CONFIG_FOREVER: whenever it
 * comes). NULL: not in time. As devices_wait(), valid until the next round of the loop. */
struct blockdev *filesystem_wait(struct boot *boot, const struct rootspec *spec,
				 uint32_t limit_s);

/* The types to mount @dev with: @given unless that is NULL or "auto", else what the superblock
 * says: hostile media get no free tries at every file system of the kernel. NULL: no file system
 * is known on it. */
const char *filesystem_types(struct blockdev *dev, const char *given);

/* Waits for @spec and sets request->source, in @source, and request->types, from @type as above.
 * 0; -ENODEV: not in time; -EINVAL: no file system is known on it. */
int filesystem_find(struct boot *boot, const char *what, const struct rootspec *spec,
		    uint32_t limit_s, const char *type, struct rootfs_request *request,
		    char source[FILESYSTEM_SOURCE_SIZE]);

/* rootfs_mount(), tried for two seconds while the error is one that may pass. The verdict has what
 * the kernel said about it. */
int filesystem_mount(struct boot *boot, const char *what,
		     const struct rootfs_request *request, struct rootfs_result *result);

#endif
