/* What udev's path_id calls a disk by the buses it hangs on: /dev/disk/by-path without the
 * number of a partition. */
#ifndef MOUNT_BUSPATH_H
#define MOUNT_BUSPATH_H

#include <stdbool.h>

/* Is @link such a name of the disk @name, whose folder in the sysfs mounted at @sys is
 * @disk? The name without the number of the device on an ATA port, and the one with
 * virtio- in front, which older versions of udev made, are names too. */
bool buspath_is(const char *sys, const char *disk, const char *name, const char *link);

#endif
