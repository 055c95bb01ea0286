/* Files read where they lie in the page cache: what is never looked at costs nothing. */
#ifndef INITRAMFS_MAPPED_H
#define INITRAMFS_MAPPED_H

#include <stddef.h>
#include <stdint.h>

/* All zeroes is one of an empty file, and none. */
struct mapped {
	const uint8_t *data;
	size_t len;
};

/* Maps the regular file @path. 0 or -errno. Whoever shortens the file meanwhile ends this program
 * by SIGBUS, so only files that are replaced as a whole. */
int mapped_open(struct mapped *m, const char *path);
void mapped_close(struct mapped *m);

#endif
