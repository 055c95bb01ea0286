/* /proc/self/mounts: where something is mounted (fstab(5), the kernel's mangle()). Pure. */
#ifndef MOUNT_MOUNTLIST_H
#define MOUNT_MOUNTLIST_H

#include <stddef.h>

/* Takes @text apart: the newest @max mount points with their \ooo undone, in the order of the
 * text, which is that of mounting. They point into @text. Returns their number. */
size_t mountlist_parse(char *text, char **targets, size_t max);

#endif
