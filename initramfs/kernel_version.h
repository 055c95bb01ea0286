/* Which kernel an image is for when nobody says. */
#ifndef INITRAMFS_KERNEL_VERSION_H
#define INITRAMFS_KERNEL_VERSION_H

/* The one that runs, if @sysroot is NULL and it has modules, else the newest of the system there
 * that has. The caller frees. NULL: none. */
char *kernel_version_default(const char *sysroot);

#endif
