/* Kernel modules by the paths they have in an image. Pure. */
#ifndef INITRAMFS_MODULE_NAME_H
#define INITRAMFS_MODULE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* What lies below lib/modules/VERSION/ or usr/lib/modules/VERSION/. */
struct module_path {
	const char *version;
	size_t version_len;
	const char *below; /* behind the '/' after it */
};

/* False: @path is not in such a folder. */
bool module_path_parse(const char *path, struct module_path *out);

/* The name of the module at @path as the kernel says it, with '_', for the caller to free. NULL:
 * it is not the file of a module (.ko, .ko.gz, .ko.xz, .ko.zst). */
char *module_name(const char *path);

#endif
