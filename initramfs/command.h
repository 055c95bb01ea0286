/* Programs of a system by their names, as a shell finds them. */
#ifndef INITRAMFS_COMMAND_H
#define INITRAMFS_COMMAND_H

#include "initramfs/mem.h"

/* The path of the command @name, or of one that is a path itself, in the system @root. The
 * caller frees. NULL: there is none. */
char *command_find(const char *root, const char *name);

/* Appends the commands whose names are nearest to @name, three at most. */
void command_suggest(const char *root, const char *name, struct strings *out);

#endif
