/* What is in a folder of this machine, in an order that does not depend on its file system. */
#ifndef INITRAMFS_FOLDER_H
#define INITRAMFS_FOLDER_H

#include "initramfs/mem.h"

/* Appends the names in the folder @path, sorted by their bytes, without "." and "..". 0 or
 * -errno. */
int folder_names(const char *path, struct strings *out);

#endif
