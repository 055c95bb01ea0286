/* The kernels a system has installed, and which of two is newer. */
#ifndef INITRAMFS_KERNELS_H
#define INITRAMFS_KERNELS_H

#include "initramfs/mem.h"

#include <stdbool.h>

/* Below, at or above 0 as version @a is older than @b, the same or newer. Numbers in it count
 * as numbers, and a release candidate comes before its release. */
int kernel_compare(const char *a, const char *b);

/* Could @version be one? What names a folder elsewhere or reads as an option could not. */
bool kernel_is_version(const char *version);

/* Appends the versions whose vmlinuz is in the folder @boot and whose modules depmod(8) has
 * seen in the folder @modules, the newest first: a kernel that is just being installed or was
 * left behind is none. 0 or -errno of reading @boot. */
int kernels_list(const char *boot, const char *modules, struct strings *out);

#endif
