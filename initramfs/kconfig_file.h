/* The configuration a kernel was built with, as distributions install it. */
#ifndef INITRAMFS_KCONFIG_FILE_H
#define INITRAMFS_KCONFIG_FILE_H

#include "initramfs/mem.h"

struct kernel_config {
	struct bytes text; /* ends with a NUL */
	char *path;	   /* for messages */
};

/* Reads the file @given, or else the first of MODULES_DIR/config, /boot/config-VERSION in
 * @sysroot (NULL: "/") and MODULES_DIR/build/.config. @modules_dir is a path of this machine; it
 * and @version may be NULL. It may be packed by gzip, as /proc/config.gz is. 0; -ENOENT: none of
 * them is there; -errno, logged. What is not open answers every question with 'n'. */
int kernel_config_open(struct kernel_config *config, const char *sysroot,
		       const char *version, const char *modules_dir, const char *given);
void kernel_config_free(struct kernel_config *config);

/* 'y', 'm' or 'n' for the option @name, without CONFIG_. */
char kernel_config_get(const struct kernel_config *config, const char *name);

#endif
