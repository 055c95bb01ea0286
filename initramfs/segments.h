/* Archives that others made, for an image of several. */
#ifndef INITRAMFS_SEGMENTS_H
#define INITRAMFS_SEGMENTS_H

#include "initramfs/kconfig_file.h"
#include "initramfs/mem.h"

/* Appends the file @path, cpio archives packed or not, to @image where the kernel finds it. 0;
 * -errno: no such file, damaged, or packed in a way that a kernel of @config cannot unpack, logged.
 * An unknown @config, without a path, can all. */
int segments_add(struct bytes *image, const char *path,
		 const struct kernel_config *config);

/* Zeroes to where the next archive may begin. */
void segments_align(struct bytes *image);

#endif
