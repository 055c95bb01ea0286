/* What the kernel said about a mount that it refused: errno alone does not tell a wrong option
 * from a damaged file system. */
#ifndef MOUNT_KMSG_H
#define MOUNT_KMSG_H

#include "lib/buf.h"

/* The text of @record, a line of /dev/kmsg (Documentation/ABI/testing/dev-kmsg) that is cut where
 * the text ends, if it is the kernel's own and about the device @name or from the driver of @type and
 * about no device;
 * NULL otherwise. Pure. */
const char *kmsg_match(char *record, const char *name, const char *type);

/* Appends " (TEXT)" of the last such record to @b; nothing if there is none. */
void kmsg_print_last(const char *name, const char *type, struct buf *b);

#endif
