/* What goes into an image: paths with mode and contents, put in any order, sorted. */
#ifndef INITRAMFS_TREE_H
#define INITRAMFS_TREE_H

#include "initramfs/mem.h"

#include <sys/types.h>

struct tree_entry {
	char *path; /* without a leading '/'; "." is the root */
	mode_t mode;
	struct bytes contents; /* of a symbolic link: its target */
	bool implied;	       /* a folder that is there because something is below it */
	size_t order;	       /* in which it was added */
};

struct tree {
	struct tree_entry *entries;
	size_t count, added;
};

/* @path as an absolute path without "//", "." and "..", which are resolved by their
 * letters alone; a relative one is taken from the current folder. The caller frees. */
char *tree_normal_path(const char *path);

/* Adds one entry under the absolute @path, and the folders above it (0755). Takes the
 * memory of @contents and leaves it empty. */
void tree_add(struct tree *tree, const char *path, mode_t mode, struct bytes *contents);
void tree_add_folder(struct tree *tree, const char *path, mode_t mode);
/* A regular file, mode 0644. */
void tree_add_file(struct tree *tree, const char *path, struct bytes *contents);

/* Adds the file, symbolic link or folder with all that is in it as @path. Permissions
 * stay, owners become root. 0 or -errno, logged: device nodes, sockets and pipes are
 * refused. */
int tree_add_source(struct tree *tree, const char *source, const char *path);

/* Sorts, so that folders come before what is in them, and merges folders that were added
 * more than once. 0; -EEXIST, -ENOTDIR: two entries cannot both be, logged. */
int tree_finish(struct tree *tree);

void tree_free(struct tree *tree);

#endif
