/* Whole files on the host. */
#ifndef INITRAMFS_FILE_H
#define INITRAMFS_FILE_H

#include "initramfs/mem.h"

/* Appends the file @path, which may be of any size. 0 or -errno. */
int file_read(const char *path, struct bytes *out);

/* Replaces @path, mode 0600 from the first moment: a temporary file beside it is written,
 * synced and renamed, and does not stay behind when that fails or a signal comes. 0 or
 * -errno; then the old file is as it was. */
int file_replace(const char *path, const uint8_t *data, size_t len);

/* Removes what a file_replace() that was killed left beside @path. Only for whoever keeps others
 * from replacing it. */
void file_remove_stale(const char *path);

/* The folder @path is in, as the path of it; the caller frees. */
char *file_folder(const char *path);

/* Waits for other processes that ask for it, and keeps them away from the file @path until the
 * descriptor is closed, if only by the end of the process. What is locked is the file itself, or
 * its folder as long as there is no file, so no lock file is left behind. Descriptor or -errno. */
int file_lock(const char *path);

#endif
