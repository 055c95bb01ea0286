#include "initramfs/sysroot.h"

#include "initramfs/pathwalk.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int sysroot_open(const char *given, char **root)
{
	int err = 0;

	*root = given ? realpath(given, NULL) : NULL;
	if (given && !*root) {
		err = -errno;
		log_err("build: --sysroot %s: %s", given, strerror(errno));
	} else if (*root && str_equal(*root, "/")) {
		free(*root);
		*root = NULL;
	}
	return err;
}

/* The kernel knows the path of what it opened. */
static char *path_of(int fd)
{
	char *proc = mem_printf("/proc/self/fd/%d", fd), path[PATH_MAX];
	ssize_t len = readlink(proc, path, sizeof(path));

	free(proc);
	return len > 0 && (size_t)len < sizeof(path) ? mem_printf("%.*s", (int)len, path)
						     : NULL;
}

char *sysroot_path(const char *root, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	fd_auto int root_fd = -1, fd = -1;

	if (!root)
		return realpath(path, NULL);
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return NULL;
	fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	return fd < 0 ? NULL : path_of(fd);
}

char *sysroot_outside(const char *root, const char *path)
{
	return mem_printf("%s%s", root ? root : "", path);
}

const char *sysroot_inside(const char *root, const char *path)
{
	const char *inside = path && root ? str_after(path, root) : path;

	if (inside && !*inside)
		return "/";
	return inside && *inside == '/' ? inside : NULL;
}

bool sysroot_is_volatile(const char *path)
{
	static const char *const folders[] = { "/dev", "/proc", "/run", "/sys", "/tmp" };
	const char *rest;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		rest = str_after(path, folders[i]);
		if (rest && (!*rest || *rest == '/'))
			return true;
	}
	return false;
}

struct trail {
	const char *root;
	struct strings *links;
};

static char *read_link(void *ctx, const char *path)
{
	struct trail *trail = ctx;
	char *outside = sysroot_outside(trail->root, path), target[PATH_MAX];
	ssize_t len = readlink(outside, target, sizeof(target));

	free(outside);
	if (len < 0 || (size_t)len == sizeof(target))
		return NULL;
	strings_add(trail->links, path);
	return mem_printf("%.*s", (int)len, target);
}

char *sysroot_follow(const char *root, const char *path, struct strings *links)
{
	struct trail trail = { .root = root, .links = links };

	return pathwalk(path, read_link, &trail);
}
