/* Loading kernel modules by name or alias, with their dependencies, from kmod's own index
 * files read in place (depmod(8); modules.dep.bin, modules.alias.bin, modules.softdep).
 */
#ifndef MODULES_MODLOAD_H
#define MODULES_MODLOAD_H

#include "modules/modindex.h"

#include <stdbool.h>
#include <stddef.h>

#define MODULE_NAME_SIZE 64 /* MODULE_NAME_LEN of the kernel is 56 with its NUL */

struct modload {
	char folder[128]; /* /lib/modules/VERSION */
	struct modindex dep, alias, builtin;
	const char *softdep; /* text of modules.softdep, NUL-terminated, or NULL */
	const char *cmdline; /* kernel command line with MODULE.PARAM=, borrowed */
	const char *const *blacklist; /* names that an alias must not load, borrowed */
	unsigned blacklist_count;
};

/* Maps the index files of the running kernel. The maps live as long as the process. 0
 * also when a file is absent (a kernel without modules); -errno of uname or a damaged
 * modules.dep.bin. */
int modload_open(struct modload *m, const char *cmdline);

/* Loads @name with soft and hard dependencies. 0 also when it is loaded already or built
 * in; -ENOENT: the image has no such module; else what the kernel said. Logs what fails.
 */
int modload_name(struct modload *m, const char *name);

/* Loads every module whose alias matches @alias and is not blacklisted. Number of modules
 * that match, 0 when none does. */
int modload_alias(struct modload *m, const char *alias);

#endif
