#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/initramfs.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "mount/inroot.h"
#include "mount/program.h"
#include "mount/switch_root.h"

#include <errno.h>
#include <linux/elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define MACHINE	      EM_X86_64
#define MACHINE_32BIT EM_386
#elif defined(__aarch64__)
#define MACHINE	      EM_AARCH64
#define MACHINE_32BIT EM_ARM
#endif

/* A script may be run by a script, as often as the kernel follows that (exec_binprm()). */
#define CHAIN_MAX 6

static int refuse(struct switch_root *plan, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct switch_root *plan, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(plan->why, sizeof(plan->why), fmt, args);
	va_end(args);
	return err;
}

/* Deleting what is not an initramfs would be the end of somebody's system. */
static int check_place(struct switch_root *plan)
{
	struct stat old_root, new_root;

	if (getpid() != 1)
		return refuse(plan, -EPERM, "not process 1");
	if (!initramfs_is_root())
		return refuse(plan, -EPERM, "/ is not an initramfs");
	if (stat("/", &old_root) < 0 || stat(plan->root, &new_root) < 0)
		return refuse(plan, -errno, "%s: %s", plan->root, strerror(errno));
	if (old_root.st_dev == new_root.st_dev)
		return refuse(plan, -EINVAL, "%s: nothing is mounted there", plan->root);
	return 0;
}

/* What is not there at all may be looked for elsewhere; a link to nothing is a damaged root. */
static int refuse_missing(struct switch_root *plan, const char *what, const char *path,
			  int err)
{
	fd_auto int link = -1;

	if (err == -ENOENT)
		link = inroot_open(plan->root, path, O_PATH | O_NOFOLLOW);
	if (link >= 0)
		return refuse(plan, -ENOLINK, "%s: a link to a file that is not there",
			      what);
	return refuse(plan, err, "%s: %s", what, strerror(-err));
}

static int check_file(struct switch_root *plan, const char *what, int fd,
		      struct program *program)
{
	uint8_t head[PROGRAM_HEAD_SIZE];
	struct stat st;
	ssize_t len;
	const char *wrong;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse(plan, -EACCES, "%s: %s", what,
			      S_ISDIR(st.st_mode) ? "a folder" : "not a file");
	if (!(st.st_mode & 0111))
		return refuse(plan, -EACCES, "%s: not executable", what);
	len = pread(fd, head, sizeof(head), 0);
	if (len < 0)
		return refuse(plan, -errno, "%s: %s", what, strerror(errno));
	wrong = program_parse(head, (size_t)len, program);
	if (wrong)
		return refuse(plan, -ENOEXEC, "%s: %s", what, wrong);
	if (program->kind == PROGRAM_ELF && program->machine != MACHINE &&
	    program->machine != MACHINE_32BIT)
		return refuse(plan, -ENOEXEC,
			      "%s: a program for another machine (ELF type %u)", what,
			      program->machine);
	return 0;
}

static void remember_resolved(struct switch_root *plan, int fd)
{
	char link[32], target[SWITCH_ROOT_PATH_SIZE];
	const char *inside;
	ssize_t len;

	FORMAT(link, "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	inside = str_after(target, plan->root);
	(void)str_copy(plan->resolved, sizeof(plan->resolved), inside ? inside : "");
}

/* @path and all that the kernel needs to run it. What cannot be looked at is not the verdict's
 * business but execve's. */
static int check_init(struct switch_root *plan, const char *path)
{
	struct program program;
	char what[SWITCH_ROOT_PATH_SIZE * 2];
	struct buf b = BUF_OVER(what);
	int err = str_copy(plan->path, sizeof(plan->path), path);

	if (err)
		return refuse(plan, err, "init %s: %s", path, strerror(-err));
	buf_printf(&b, "init %s", path);
	for (unsigned i = 0; i < CHAIN_MAX; i++) {
		fd_auto int fd =
			inroot_open(plan->root, i ? program.interpreter : path, O_RDONLY);

		if (fd < 0 && i)
			return refuse(plan, -ENOEXEC, "%s: %s", what, strerror(-fd));
		if (fd < 0)
			return refuse_missing(plan, what, path, fd);
		err = check_file(plan, what, fd, &program);
		if (i == 0 && !err)
			remember_resolved(plan, fd);
		if (err || !*program.interpreter)
			return err;
		buf_printf(&b, ": its %s %s",
			   program.kind == PROGRAM_ELF ? "loader" : "interpreter",
			   program.interpreter);
	}
	return refuse(plan, -ELOOP, "%s: scripts all the way down", what);
}

int switch_root_check_init(struct switch_root *plan)
{
	/* the order of the kernel (init/main.c) */
	static const char *const defaults[] = { "/sbin/init", "/etc/init", "/bin/init",
						"/bin/sh" };
	int err;

	if (plan->init)
		return check_init(plan, plan->init);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		err = check_init(plan, defaults[i]);
		if (err != -ENOENT)
			return err;
	}
	return refuse(plan, -ENOENT,
		      "no init: neither /sbin/init, /etc/init, /bin/init nor /bin/sh");
}

int switch_root_check(struct switch_root *plan)
{
	int err = check_place(plan);

	return err ? err : switch_root_check_init(plan);
}
