/* File descriptors and whole small files. Every descriptor is opened close-on-exec. */
#ifndef LIB_FD_H
#define LIB_FD_H

#include <stddef.h>
#include <sys/types.h>

/* `fd_auto int fd = open(…);` closes @fd when it leaves the scope; -1 is left alone. */
#define fd_auto __attribute__((cleanup(fd_close)))
void fd_close(int *fd);

/* Hands the descriptor to the caller: the fd_auto variable no longer owns it. */
int fd_take(int *fd);

/* Makes @fd the standard input, output and error too; @fd itself stays open. 0 or -errno. */
int fd_make_stdio(int fd);

/* 0 or -errno; goes on after EINTR and short writes. */
int fd_write_all(int fd, const void *data, size_t len);

/* Fills @data from @fd until @size or end of file. Bytes read, or -errno. */
ssize_t fd_read_full(int fd, void *data, size_t size);

/* The file @name below directory @dirfd (AT_FDCWD for a path) as a string. Length without
 * the NUL that is always added, -EFBIG when it does not fit into @size - 1, or -errno. */
ssize_t fd_read_file(int dirfd, const char *name, char *data, size_t size);

/* Writes @len bytes into an existing file, as /proc and /sys want it: one write, no
 * create. */
int fd_write_file(const char *path, const void *data, size_t len);

/* Creates or replaces @path with mode @mode: temporary file beside it, then rename. Not
 * synced: for files of /run. 0 or -errno. */
int fd_replace_file(const char *path, unsigned mode, const void *data, size_t len);

#endif
