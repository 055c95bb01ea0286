/* Loop devices: files as disks. */
#ifndef MOUNT_LOOPDEV_H
#define MOUNT_LOOPDEV_H

#include <stdbool.h>

#define LOOPDEV_NAME_SIZE 16

/* Makes a loop device over the open file @file, whose descriptor may be closed afterwards. Its
 * name ("loop0") goes to @name. Returns a descriptor that keeps the device until something is
 * mounted from it: without any user it ends by itself. Or -errno; -ENOENT or -ENODEV: the kernel
 * has no driver for it. */
int loopdev_attach(int file, bool read_only, char name[LOOPDEV_NAME_SIZE]);

#endif
