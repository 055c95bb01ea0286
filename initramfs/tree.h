/* What goes into an image: paths with mode and contents, put in any order, sorted. */
#ifndef INITRAMFS_TREE_H
#define INITRAMFS_TREE_H

#include "initramfs/mem.h"
#include "initramfs/names.h"

#include <sys/types.h>

struct tree_entry {
	char *path; /* without a leading '/'; "." is the root */
	mode_t mode;
	struct bytes contents; /* of a symbolic link: its target */
	char *source;	       /* the file on this machine it was read from; NULL: none */
	bool implied;	       /* a folder that is there because something is below it */
	size_t order;	       /* in which it was added */
};

struct tree {
	struct tree_entry *entries;
	size_t count, added;
	struct names places; /* path to entry; of several the link, or else the first */
};

#define TREE_NONE NAMES_NONE

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

/* The entry whose path is just this one, or TREE_NONE; until tree_finish(). */
size_t tree_find(const struct tree *tree, const char *path);
/* The absolute @path with the links in the tree followed, whether there is an entry or not. The
 * caller frees. NULL: too many links. */
char *tree_resolve(const struct tree *tree, const char *path);

/* Moves the entry @from of another tree here, under the absolute @path; its path stays. */
void tree_take(struct tree *tree, const char *path, struct tree_entry *from);
void tree_entry_free(struct tree_entry *entry);

/* Moves what was added below a symbolic link to where the link points, so that the order of the
 * image cannot decide; merges what was added more than once and is the same; sorts: folders
 * before what is in them, and /init with what locks it before the rest. 0; -EEXIST, -ENOTDIR,
 * -ELOOP: two entries cannot both be, logged. */
int tree_finish(struct tree *tree);

void tree_free(struct tree *tree);

#endif
