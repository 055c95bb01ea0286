#include "initramfs/file.h"

#include "lib/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

int file_read(const char *path, struct bytes *out)
{
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	size_t room;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	/* one byte more than there is, so that the first read sees the end; devices say 0
	 */
	room = st.st_size > 0 ? (size_t)st.st_size + 1 : CHUNK;
	for (;;) {
		n = fd_read_full(fd, bytes_room(out, room), room);
		if (n < 0)
			return (int)n;
		out->len += (size_t)n;
		if ((size_t)n < room)
			return 0;
		room = CHUNK;
	}
}

/* A rename that has not reached the disk may be lost, the file cannot: so no error. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash ? mem_printf("%.*s/", (int)(slash - path), path) : mem_strdup(".");
	fd_auto int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd);
	free(folder);
}

static int replace(const char *path, char *temporary, const uint8_t *data, size_t len)
{
	fd_auto int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 whatever the umask is */
	int err;

	if (fd < 0)
		return -errno;
	err = fd_write_all(fd, data, len);
	if (!err && (fsync(fd) < 0 || rename(temporary, path) < 0))
		err = -errno;
	if (err)
		(void)unlink(temporary); /* the first error is the one to report */
	else
		sync_folder(path);
	return err;
}

int file_replace(const char *path, const uint8_t *data, size_t len)
{
	char *temporary = mem_printf("%s.XXXXXX", path);
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	err = replace(path, temporary, data, len);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(temporary);
	return err;
}
