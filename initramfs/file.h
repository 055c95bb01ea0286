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

#endif
