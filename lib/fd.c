#include "lib/fd.h"

#include "lib/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

int fd_make_stdio(int fd)
{
	for (int std = STDIN_FILENO; std <= STDERR_FILENO; std++)
		if (fd != std && dup2(fd, std) < 0)
			return -errno;
	return 0;
}

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t fd_read_full(int fd, void *data, size_t size)
{
	char *p = data;
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, p + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

ssize_t fd_read_file(int dirfd, const char *name, char *data, size_t size)
{
	fd_auto int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = fd_read_full(fd, data, size);
	if (len < 0)
		return len;
	if ((size_t)len == size)
		return -EFBIG;
	data[len] = '\0';
	return len;
}

int fd_write_file(const char *path, const void *data, size_t len)
{
	fd_auto int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd_write_all(fd, data, len);
}

int fd_replace_file(const char *path, unsigned mode, const void *data, size_t len)
{
	char temporary[PATH_MAX];
	fd_auto int fd = -1;
	int err;

	if (!FORMAT(temporary, "%s.new", path))
		return -ENAMETOOLONG;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	err = fd_write_all(fd, data, len);
	if (!err && rename(temporary, path) < 0)
		err = -errno;
	if (err)
		(void)unlink(temporary); /* the first error is the one to report */
	return err;
}
