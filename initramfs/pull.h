/* Takes a file of the system an image is made from to the same place in the image. */
#ifndef INITRAMFS_PULL_H
#define INITRAMFS_PULL_H

#include "initramfs/tree.h"

/* Adds the file or folder that the absolute @path of the system in @root stands for, at its real
 * place, and each symbolic link on the way there. What was pulled before is not again. 0;
 * -errno, logged. */
int pull(struct tree *tree, const char *root, const char *path);

/* The same, but if @path is itself a symbolic link, it alone. */
int pull_entry(struct tree *tree, const char *root, const char *path);

/* As pull(), unless the image has something at @path already. -ENOENT: the system has nothing
 * there, and only this is not logged. */
int pull_missing(struct tree *tree, const char *root, const char *path);

#endif
