#include "http/sandbox.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"
#include "lib/seccomp.h"

#include <asm/unistd.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define UID_HTTP   65534 /* nobody else's, so that it may signal no other worker */
#define FILES_MAX  256
#define MEMORY_MAX (64ul << 20) /* of addresses; what is used is far less */

/* AddressSanitizer maps terabytes, and asks the kernel for more than an answer takes. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

/* An architecture has the older ones only if it is old itself. */
static const uint16_t calls[] = {
	/* clients, PID 1 and the log */
	__NR_accept4,
	__NR_read,
	__NR_readv,
	__NR_write,
	__NR_writev,
	__NR_recvfrom,
	__NR_recvmsg,
	__NR_sendto,
	__NR_sendmsg,
	__NR_sendfile,
	__NR_shutdown,
	__NR_close,
	__NR_getsockname,
	__NR_getpeername,
	__NR_getsockopt,
	__NR_setsockopt,
	__NR_fcntl,
	__NR_ppoll,
#ifdef __NR_poll
	__NR_poll,
#endif
	/* the size of the console's window */
	IS_ENABLED(CONFIG_HTTP_CONSOLE) ? __NR_ioctl : __NR_read,
	/* files below the folders it holds */
	__NR_openat,
	__NR_openat2,
	__NR_newfstatat,
	__NR_fstat,
	__NR_statx,
	__NR_lseek,
	__NR_pread64,
	__NR_getdents64,
	/* itself */
	__NR_clock_gettime,
	__NR_getrandom,
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_madvise,
	__NR_futex,
	__NR_getpid,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_restart_syscall,
	__NR_exit,
	__NR_exit_group,
};

/* Behind setuid(), which counts processes too. */
static void limit(void)
{
	static const struct privilege_limit limits[] = {
		{ RLIMIT_NPROC, 0 },	   { RLIMIT_FSIZE, 0 },
		{ RLIMIT_CORE, 0 },	   { RLIMIT_NOFILE, FILES_MAX },
		{ RLIMIT_AS, MEMORY_MAX },
	};

	privilege_limit(limits, sizeof(limits) / sizeof(limits[0]));
}

static int go_nowhere(const char *nowhere)
{
	fd_auto int fd = -1;

	if (mkdir(nowhere, 0555) < 0 && errno != EEXIST)
		return -errno;
	fd = privilege_hold(nowhere);
	return fd < 0 ? fd : privilege_lock_into(fd);
}

int http_sandbox_enter(const char *nowhere)
{
	int err = go_nowhere(nowhere);

	if (!err)
		err = privilege_drop(UID_HTTP, 0);
	if (err)
		return err;
	if (IS_SANITIZED)
		return 0;
	limit();
	err = seccomp_allow(calls, sizeof(calls) / sizeof(calls[0]));
	if (err == -EINVAL) /* a kernel without: the other walls stand */
		log_warning("sandbox: this kernel filters no system calls");
	return err == -EINVAL ? 0 : err;
}
