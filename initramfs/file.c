#include "initramfs/file.h"

#include "lib/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK	  65536
#define TEMPORARY ".%s.rootling-%s" /* the file's name */
#define UNIQUE	  "XXXXXX"

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

char *file_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_printf("%.*s/", (int)(slash - path), path) : mem_strdup("./");
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int open_to_lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), err;
	char *folder;

	if (fd >= 0)
		return fd;
	folder = file_folder(path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = fd < 0 ? -errno : fd;
	free(folder);
	return err;
}

/* Would open_to_lock() open the same now? While this one waited, another may have replaced it. */
static bool is_current(int fd, const char *path)
{
	fd_auto int now = open_to_lock(path);
	struct stat a, b;

	return now < 0 || fstat(fd, &a) < 0 || fstat(now, &b) < 0 ||
	       (a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

int file_lock(const char *path)
{
	int fd = open_to_lock(path);

	while (fd >= 0) {
		/* a file system without locks is no reason to have no image */
		if (flock(fd, LOCK_EX) < 0 || is_current(fd, path))
			return fd;
		fd_close(&fd);
		fd = open_to_lock(path);
	}
	return fd;
}

void file_remove_stale(const char *path)
{
	char *folder = file_folder(path), *prefix = mem_printf(TEMPORARY, base(path), "");
	size_t len = strlen(prefix);
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strncmp(e->d_name, prefix, len) == 0 &&
		    strlen(e->d_name + len) == strlen(UNIQUE))
			/* in the worst case it stays */
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	free(prefix);
	free(folder);
}

/* A rename that has not reached the disk may be lost, the file cannot: so no error. */
static void sync_folder(const char *path)
{
	char *folder = file_folder(path);
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
	char *folder = file_folder(path),
	     *temporary = mem_printf("%s" TEMPORARY, folder, base(path), UNIQUE);
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	err = replace(path, temporary, data, len);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(temporary);
	free(folder);
	return err;
}
