/* One archive from a tree, as the kernel unpacks it. Same tree, same bytes. */
#ifndef INITRAMFS_IMAGE_WRITE_H
#define INITRAMFS_IMAGE_WRITE_H

#include "initramfs/compress.h"
#include "initramfs/tree.h"

/* Appends @tree, which tree_finish() has sorted, to @out. Every file gets @mtime, owner
 * root and an inode number of its own. 0 or -errno, logged. */
int image_write(const struct tree *tree, uint32_t mtime, const struct packing *packing,
		struct bytes *out);

#endif
