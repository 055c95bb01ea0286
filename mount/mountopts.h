/* A comma list of mount options (rootflags=, the fourth field of fstab) as mount(2) wants
 * it. Pure. */
#ifndef MOUNT_MOUNTOPTS_H
#define MOUNT_MOUNTOPTS_H

#include <stdbool.h>

#define MOUNTOPTS_DATA_SIZE 512

struct mountopts {
	unsigned long flags;		/* MS_* */
	char data[MOUNTOPTS_DATA_SIZE]; /* what the file system itself is to read */
};

/* Applies @s on top of *@out, which starts as { 0 } or with the flags that hold unless @s
 * says otherwise: the last word wins. Words for mount(8) or systemd alone (defaults,
 * nofail, x-…) are dropped; a comma inside double quotes separates nothing
 * (context="…,c1"). 0; -E2BIG: @data is full, *@out is then undefined. */
int mountopts_parse(const char *s, struct mountopts *out);

/* Is @name (without a value) among the words of @s? For nofail, noauto, x-initrd.mount.
 */
bool mountopts_has(const char *s, const char *name);

#endif
