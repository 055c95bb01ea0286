/* The system an image is made from: "/", or a folder that holds one (--sysroot). */
#ifndef INITRAMFS_SYSROOT_H
#define INITRAMFS_SYSROOT_H

#include "initramfs/mem.h"

/* The folder @given, which may be NULL, as the functions below want it: absolute and without
 * links; NULL for "/". The caller frees. 0 or -errno, logged. */
int sysroot_open(const char *given, char **root);

/* Where the absolute @path of the system in @root really is on this machine: symbolic links, that
 * of the last part too, are followed inside @root and never out of it. @root NULL: "/". The
 * caller frees. NULL with errno: not there, or not to be reached. */
char *sysroot_path(const char *root, const char *path);

/* The same as a path of the system, so without @root in front; each symbolic link on the way is
 * added to @links. What is not there is no error. The caller frees. NULL: too many links. */
char *sysroot_follow(const char *root, const char *path, struct strings *links);

/* The other way round: @path of this machine as one of the system, part of @path. NULL: it is not in
 * there, or NULL itself. @root is without links. */
const char *sysroot_inside(const char *root, const char *path);

/* Is @path of a system filled anew at each boot, so that an image takes nothing from there? */
bool sysroot_is_volatile(const char *path);

/* Where @path of the system is on this machine, by its letters alone. The caller frees. */
char *sysroot_outside(const char *root, const char *path);

#endif
