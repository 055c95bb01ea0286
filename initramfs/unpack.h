/* Puts the files of one segment of an image into a folder, and nowhere else whatever the image
 * contains: no name with "..", no way through a symbolic link, no owner, set-uid bit or device
 * node unless it is asked for. */
#ifndef INITRAMFS_UNPACK_H
#define INITRAMFS_UNPACK_H

#include "initramfs/image.h"

struct unpacking {
	int folder;    /* empty at first; the caller's */
	bool preserve; /* owners, set-uid bits and device nodes: for root */

	unsigned nodes_left_out;
	unsigned failures; /* entries that are not there now, each logged */
};

void unpack_segment(struct unpacking *u, const struct image *image, unsigned segment);

#endif
