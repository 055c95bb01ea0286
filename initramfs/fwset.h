/* Firmware that goes into an image: found where the kernel would find it, and packed plain, which
 * every kernel can load and which packs best with the image as a whole. */
#ifndef INITRAMFS_FWSET_H
#define INITRAMFS_FWSET_H

#include "initramfs/mapped.h"
#include "initramfs/mem.h"
#include "initramfs/names.h"
#include "initramfs/tree.h"

struct fwset {
	const char *sysroot; /* NULL: "/" */
	/* Side by side: the folders that are there, in the order of the kernel, and where they
	 * are on this machine. */
	struct strings folders, real_folders;
	struct names seen; /* what was looked for, and the error then, positive */
	struct strings missing;
	struct mapped *files;
	size_t file_count;
};

/* Where to look: in @folder of @sysroot (NULL: /lib/firmware) and in its sub-folders for updates
 * and for the kernel @version. What @tree has below /lib/firmware counts as packed; @sysroot must
 * stay. */
void fwset_open(struct fwset *set, const char *sysroot, const char *folder,
		const char *version, const struct tree *tree);
void fwset_free(struct fwset *set);

/* Adds the firmware @name, as the kernel asks for it, to @tree, which borrows from @set; with
 * wildcards all that fit, should there be any. 0; -ENOENT: it is not there; -errno, logged. */
int fwset_add(struct fwset *set, const char *name, struct tree *tree);

#endif
