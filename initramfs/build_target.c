/* What an image is for and where it goes. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/kernel_version.h"
#include "initramfs/kernels.h"
#include "initramfs/sysroot.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STANDARD_OUTPUT "-"

static char *last_part(const char *path)
{
	size_t len = strlen(path), start;

	while (len && path[len - 1] == '/')
		len--;
	for (start = len; start && path[start - 1] != '/';)
		start--;
	return mem_printf("%.*s", (int)(len - start), path + start);
}

char *build_kernel(const struct build_options *o)
{
	if (o->modules_dir)
		return last_part(o->modules_dir);
	return o->kernel ? mem_strdup(o->kernel) : kernel_version_default(o->sysroot);
}

char *build_output(const struct build_options *o, const char *kernel)
{
	char *boot = NULL, *path = NULL;

	if (o->output)
		return mem_strdup(o->output);
	if (kernel)
		boot = sysroot_path(o->sysroot, "/boot");
	if (boot)
		path = mem_printf("%s/initrd.img-%s", boot, kernel);
	free(boot);
	return path;
}

/* NULL: it has none. */
static char *modules_folder(const struct build_options *o, const char *kernel)
{
	char *name, *path;

	if (o->modules_dir || !kernel)
		return o->modules_dir ? mem_strdup(o->modules_dir) : NULL;
	name = mem_printf("/lib/modules/%s", kernel);
	path = sysroot_path(o->sysroot, name);
	free(name);
	return path;
}

int build_choose_kernel(struct build *b)
{
	const struct build_options *o = b->options;

	if (o->kernel && !kernel_is_version(o->kernel)) {
		log_err("build: --kernel %s: not a version", o->kernel);
		return -EINVAL;
	}
	b->kernel = build_kernel(o);
	b->modules_dir = modules_folder(o, b->kernel);
	return 0;
}

/* Before anything is read, so that of two builds the later one has the later input; and whether
 * there is a way to write is not found out at the end. */
static int claim(struct build *b)
{
	const char *hint = b->options->output ? "" : ", --output FILE puts it elsewhere";
	char *folder = file_folder(b->output);
	int err = 0;

	b->lock_fd = file_lock(b->output);
	if (b->lock_fd < 0)
		err = b->lock_fd;
	else if (access(folder, W_OK) < 0)
		err = -errno;
	if (err)
		log_err("build: %s: %s%s", folder, strerror(-err), hint);
	else
		file_remove_stale(b->output);
	free(folder);
	return err;
}

int build_claim_output(struct build *b)
{
	struct stat st;

	b->output = build_output(b->options, b->kernel);
	if (!b->output) {
		log_err("build: no %s: --output FILE says where the image goes",
			b->kernel ? "/boot" : "kernel in /lib/modules to name it by");
		return -ENOENT;
	}
	if (str_equal(b->output, STANDARD_OUTPUT)) {
		if (!isatty(STDOUT_FILENO))
			return 0;
		log_err("build: --output -: not to a terminal");
		return -EINVAL;
	}
	/* a rename would put a file in the place of /dev/null */
	if (stat(b->output, &st) == 0 && !S_ISREG(st.st_mode)) {
		log_err("build: --output %s: not a regular file", b->output);
		return -EINVAL;
	}
	return claim(b);
}

int build_put(const struct build *b)
{
	int err;

	if (str_equal(b->output, STANDARD_OUTPUT))
		err = fd_write_all(STDOUT_FILENO, b->image.data, b->image.len);
	else
		err = file_replace(b->output, b->image.data, b->image.len);
	if (err)
		log_err("build: %s: %s", b->output, strerror(-err));
	return err;
}
