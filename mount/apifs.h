/* The kernel's own file systems: /proc /sys /dev /dev/pts /run. */
#ifndef MOUNT_APIFS_H
#define MOUNT_APIFS_H

/* Makes the mount points that are missing and mounts what is not mounted yet, so it may
 * be called again. 0, or -errno of the first one a boot cannot do without; logs each that
 * fails. */
int apifs_mount(void);

/* The one at @target. 0 or -errno. */
int apifs_mount_at(const char *target);

/* NULL-terminated: the mount points that move along to the real root, and those alone. */
extern const char *const apifs_moved[];

#endif
