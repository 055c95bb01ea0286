#include "initramfs/kernel_version.h"

#include "initramfs/kernels.h"
#include "initramfs/mem.h"
#include "initramfs/sysroot.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

/* depmod leaves its files in the folder of a kernel that is gone; modules.order came and went with
 * the kernel. */
static bool has_modules(const char *folder, const char *version)
{
	char *path = mem_printf("%s/%s/modules.order", folder, version);
	bool has = access(path, F_OK) == 0;

	free(path);
	return has;
}

static int is_version(const struct dirent *e)
{
	return kernel_is_version(e->d_name);
}

static char *newest(const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_version, NULL);
	char *best = NULL;

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if ((!best || kernel_compare(name, best) > 0) &&
		    has_modules(folder, name)) {
			free(best);
			best = mem_strdup(name);
		}
		free(entries[i]);
	}
	free(entries);
	return best;
}

char *kernel_version_default(const char *sysroot)
{
	char *folder = sysroot_path(sysroot, "/lib/modules"), *version;
	struct utsname running;

	if (!folder)
		return NULL;
	if (!sysroot && uname(&running) == 0 && has_modules(folder, running.release))
		version = mem_strdup(running.release);
	else
		version = newest(folder);
	free(folder);
	return version;
}
