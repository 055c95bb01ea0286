#include "mount/inroot.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int inroot_open(const char *root, const char *path, int flags)
{
	/* openat2() refuses with O_PATH what it would have no meaning for */
	unsigned always = O_CLOEXEC | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY);
	struct open_how how = {
		.flags = (unsigned)flags | always,
		.resolve = RESOLVE_IN_ROOT,
	};
	fd_auto int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (dir < 0)
		return -errno;
	fd = openat2(dir, path, &how, sizeof(how));
	if (fd < 0 && errno == ENOSYS)
		fd = openat(dir, path + strspn(path, "/"), (int)how.flags);
	return fd < 0 ? -errno : fd;
}

int inroot_open_file(const char *root, const char *path, int flags)
{
	fd_auto int fd = inroot_open(root, path, flags);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return fd_take(&fd);
}
