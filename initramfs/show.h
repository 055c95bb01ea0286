/* What comes out of images, on a terminal: names there are a stranger's bytes. */
#ifndef INITRAMFS_SHOW_H
#define INITRAMFS_SHOW_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are not printable ASCII as \xNN. The caller frees. */
char *show_text(const void *text, size_t len);
char *show_name(const char *name);

/* Writes what is left for standard output. 0 or -errno, after a line in the log that begins with
 * @verb, for this and for all that was printed before. */
int show_end(const char *verb);

/* As `ls -l` has it: -rwxr-xr-x. */
void show_mode(uint32_t mode, char out[11]);

/* In the unit that leaves one to four digits: 17 B, 4.2 KiB, 106 MiB. */
void show_size(uint64_t bytes, char out[16]);

#endif
