/* The boot configuration at the very end of an initramfs: its text, NULs, length and checksum as
 * little-endian numbers, a magic (Documentation/admin-guide/bootconfig.rst). Pure: memory only. */
#ifndef INITRAMFS_BOOTCONFIG_H
#define INITRAMFS_BOOTCONFIG_H

#include "initramfs/mem.h"

/* So that with the NULs it is shorter than the kernel's XBC_DATA_MAX. */
#define BOOTCONFIG_TEXT_MAX 32762

struct bootconfig {
	const uint8_t *text; /* into what was searched */
	size_t text_len;     /* without the NULs behind it */
	size_t start;	     /* in the image: what is before is the image without it */
};

/* Looks at the end of an image, where a boot loader may have put up to three bytes more. 0;
 * -ENOENT: there is none; -EUCLEAN: the length or the checksum is wrong, and the kernel leaves it
 * where it is. */
int bootconfig_find(const uint8_t *image, size_t len, struct bootconfig *out);

/* NULL, or why the kernel would not take @text (static storage). */
const char *bootconfig_check(const uint8_t *text, size_t len);

/* Appends it to @image, which must be whole: nothing may follow. */
void bootconfig_put(struct bytes *image, const uint8_t *text, size_t len);

#endif
