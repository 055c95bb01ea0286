/* Inside of host_*.c: one walk from a machine's mounts to its drivers. */
#ifndef INITRAMFS_HOST_WALK_H
#define INITRAMFS_HOST_WALK_H

#include "initramfs/host.h"
#include "initramfs/mountinfo.h"

struct host_walk {
	struct host *out;
	char *recorded; /* in front of /proc, /sys and /dev: "" on this machine */
	char *sys;	/* real path of /sys */
	struct mountinfo mounts;
	struct strings seen; /* real paths of devices, and mount points */
	size_t hardware; /* how many drivers' devices were found below block devices */
	bool pack;	 /* devices found now are not for the fast path */
	bool optional;	 /* the boot goes on without the devices found now */
};

/* The first line of @folder/@leaf; NULL: there is none. The caller frees. */
char *host_text(const char *folder, const char *leaf);
/* The real path of @folder/@leaf, or NULL. The caller frees. */
char *host_real(const char *folder, const char *leaf);
/* The names in @folder, sorted; none when there is no such folder. */
struct strings host_names(const char *folder);

/* The drivers of the device in @folder (a real path) and of all it hangs on, buses first. */
void host_walk_device(struct host_walk *walk, const char *folder);
/* The block device in @folder (a real path) with all that is below it. */
void host_walk_block(struct host_walk *walk, const char *folder);
/* The file system of @mount, its devices and helpers. */
void host_walk_mount(struct host_walk *walk, const struct mountinfo_entry *mount);
/* All network cards with their drivers, and what bonds, bridges and VLANs are made by. */
void host_walk_network(struct host_walk *walk);
/* What holds the file @path. */
void host_walk_path(struct host_walk *walk, const char *path);
/* The block device that a mount or fstab calls @source: a path below /dev or TAG=VALUE. The real
 * path of its folder, or NULL. The caller frees. */
char *host_block_of(const struct host_walk *walk, const char *source);
/* The one that has the number MAJOR:MINOR. */
char *host_block_numbered(const struct host_walk *walk, const char *number);

#endif
