/* What klibc 2.0.12 lacks, under the names other C libraries give it: include this
 * instead of asking which libc it is. With musl and glibc it includes their headers and
 * adds nothing.
 *
 * Functions return -1 and set errno, as their manual pages in section 2 say. */
#ifndef LIB_KLIBC_H
#define LIB_KLIBC_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#ifdef __KLIBC__

#include <linux/signalfd.h>
#include <sys/resource.h>
#include <linux/time.h>
#include <netinet/in6.h>

typedef int clockid_t;

int clock_gettime(clockid_t clock, struct timespec *now);
int memfd_create(const char *name, unsigned flags);
ssize_t getrandom(void *data, size_t size, unsigned flags);

int signalfd(int fd, const sigset_t *mask, int flags);
int openat2(int dirfd, const char *path, const struct open_how *how, size_t size);
int open_tree(int dirfd, const char *path, unsigned flags);
int move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to,
	       unsigned flags);
int posix_fadvise(int fd, off_t off, off_t len, int advice); /* returns the error */
int setrlimit(int resource, const struct rlimit *limit);
int finit_module(int fd, const char *parameters, int flags); /* there, but not declared */

#define GRND_NONBLOCK	    1U
#define POSIX_FADV_RANDOM   1
#define POSIX_FADV_WILLNEED 3
#define MFD_CLOEXEC	    1U
#define MS_NOSYMFOLLOW	    256
#define MS_SILENT	    32768
#define MS_PRIVATE	    (1 << 18)
#define MS_RELATIME	    (1 << 21)
#define MS_I_VERSION	    (1 << 23)
#define MS_STRICTATIME	    (1 << 24)
#define MS_LAZYTIME	    (1 << 25)
#define SOL_PACKET	    263
#define SHUT_WR		    1
#define AF_VSOCK	    40

/* klibc declares a fifth argument that the kernel ignores, and RESTART2's string. */
#define sendfile(out, in, off, len) (sendfile)(out, in, off, len, 0)
#define reboot(command)		    (reboot)(command, NULL)

#else

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

/* No C library but klibc has wrappers for these. */
static inline int openat2(int dirfd, const char *path, const struct open_how *how,
			  size_t size)
{
	return (int)syscall(SYS_openat2, dirfd, path, how, size);
}

static inline int finit_module(int fd, const char *parameters, int flags)
{
	return (int)syscall(SYS_finit_module, fd, parameters, flags);
}

/* glibc declares two of them since 2.36. */
#define open_tree(dirfd, path, flags) ((int)syscall(SYS_open_tree, dirfd, path, flags))
#define move_mount(from_dirfd, from, to_dirfd, to, flags) \
	((int)syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags))
#define pivot_root(new_root, put_old) ((int)syscall(SYS_pivot_root, new_root, put_old))

#endif

/* linux/mount.h has them too, but cannot be included beside sys/mount.h. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE		1U
#define OPEN_TREE_CLOEXEC	O_CLOEXEC
#define MOVE_MOUNT_F_EMPTY_PATH 4U
#endif

#endif
