/* What is in one image and not in the other. Modules are compared by name: under whatever kernel
 * version they lie and however they are packed. Pure. */
#ifndef INITRAMFS_IMAGE_DIFF_H
#define INITRAMFS_IMAGE_DIFF_H

#include "initramfs/image.h"

enum image_change {
	CHANGE_TYPE = 1,
	CHANGE_MODE = 2,
	CHANGE_OWNER = 4,
	CHANGE_CONTENTS = 8, /* of a link: its target; of a device: its numbers */
	CHANGE_VERSION = 16, /* of a module: the folder of its kernel */
};

struct image_difference {
	const struct image_entry *a, *b; /* NULL: only in the other */
	unsigned changes;		 /* of enum image_change, when it is in both */
	bool module;
};

struct image_diff {
	struct image_difference *rows; /* by path, the modules behind the rest */
	size_t count;
	size_t same; /* entries that are in both and alike */
};

void image_diff(struct image_diff *diff, const struct image *a, const struct image *b);
void image_diff_free(struct image_diff *diff);

#endif
