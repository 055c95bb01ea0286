/* What the kernel unpacks an image into. */
#ifndef LIB_INITRAMFS_H
#define LIB_INITRAMFS_H

#include <stdbool.h>

/* Is / a ramfs or tmpfs? */
bool initramfs_is_root(void);

#endif
