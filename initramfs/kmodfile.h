/* The file of a kernel module: what it says of itself, and its signature. Pure: reads memory,
 * copies and owns nothing. */
#ifndef INITRAMFS_KMODFILE_H
#define INITRAMFS_KMODFILE_H

#include <stddef.h>
#include <stdint.h>

/* What is left of the section .modinfo: strings `key=value`, each with its NUL. */
struct modinfo {
	const char *text;
	size_t len;
};

/* Finds it in the ELF file @data, of any machine. 0; -ENOEXEC: there is none. */
int kmodfile_modinfo(const uint8_t *data, size_t len, struct modinfo *info);

/* The next value of @key, or NULL. */
const char *modinfo_next(struct modinfo *info, const char *key);

/* How many bytes of @data are the module, which is @len without the signature behind it. */
size_t kmodfile_unsigned_len(const uint8_t *data, size_t len);

#endif
