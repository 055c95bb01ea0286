#include "mount/switch_root.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/signals.h"
#include "lib/str.h"
#include "mount/apifs.h"

#include <dirent.h>
#include <errno.h>
#include <linux/elf.h>
#include <linux/magic.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#if defined(__x86_64__)
#define MACHINE	      EM_X86_64
#define MACHINE_32BIT EM_386
#elif defined(__aarch64__)
#define MACHINE	      EM_AARCH64
#define MACHINE_32BIT EM_ARM
#endif

/* ---- check */

static int refuse(struct switch_root *plan, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct switch_root *plan, int err, const char *fmt, ...)
{
	struct buf b = BUF_OVER(plan->why);
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&b, fmt, args);
	va_end(args);
	return err;
}

/* Deleting what is not an initramfs would be the end of somebody's system. */
static int check_place(struct switch_root *plan)
{
	struct statfs fs;
	struct stat old_root, new_root;
	uint32_t magic;

	if (getpid() != 1)
		return refuse(plan, -EPERM, "not process 1");
	if (statfs("/", &fs) < 0 || stat("/", &old_root) < 0)
		return refuse(plan, -errno, "/: %s", strerror(errno));
	magic = (uint32_t)fs.f_type; /* a signed type on some machines */
	if (magic != RAMFS_MAGIC && magic != TMPFS_MAGIC)
		return refuse(plan, -EPERM, "/ is not an initramfs");
	if (stat(plan->root, &new_root) < 0)
		return refuse(plan, -errno, "%s: %s", plan->root, strerror(errno));
	if (old_root.st_dev == new_root.st_dev)
		return refuse(plan, -EINVAL, "%s: nothing is mounted there", plan->root);
	return 0;
}

/* Opens @path as the new root will see it: its links end inside it. */
static int open_inside(const char *root, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT };
	fd_auto int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (dir < 0)
		return -errno;
	fd = openat2(dir, path, &how, sizeof(how));
	if (fd < 0 &&
	    errno == ENOSYS) /* before Linux 5.6: absolute links end in the wrong place */
		fd = openat(dir, path + strspn(path, "/"), O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int check_machine(struct switch_root *plan, const char *file, int fd)
{
	Elf64_Ehdr header; /* e_machine stands at the same offset in 32-bit files */
	ssize_t len = pread(fd, &header, sizeof(header), 0);

	if (len < 4)
		return refuse(plan, -ENOEXEC, "%s: too short to be a program", file);
	if (memcmp(&header, "#!", 2) == 0)
		return 0;
	if (len < (ssize_t)sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return refuse(plan, -ENOEXEC, "%s: neither an ELF program nor a script",
			      file);
	if (header.e_machine != MACHINE && header.e_machine != MACHINE_32BIT)
		return refuse(plan, -ENOEXEC,
			      "%s: a program for another machine (ELF type %u)", file,
			      header.e_machine);
	return 0;
}

static void remember_resolved(struct switch_root *plan, int fd)
{
	char link[32], target[SWITCH_ROOT_PATH_SIZE];
	struct buf b = BUF_OVER(link);
	const char *inside;
	ssize_t len;

	buf_printf(&b, "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	inside = str_after(target, plan->root);
	(void)str_copy(plan->resolved, sizeof(plan->resolved), inside ? inside : "");
}

static int check_init(struct switch_root *plan, const char *path)
{
	fd_auto int fd = open_inside(plan->root, path);
	struct stat st;
	int err;

	if (fd < 0)
		return refuse(plan, fd, "init %s: %s", path, strerror(-fd));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse(plan, -EACCES, "init %s: not a file", path);
	if (!(st.st_mode & 0111))
		return refuse(plan, -EACCES, "init %s: not executable", path);
	err = check_machine(plan, path, fd);
	if (!err)
		err = str_copy(plan->path, sizeof(plan->path), path);
	if (!err)
		remember_resolved(plan, fd);
	return err;
}

int switch_root_check(struct switch_root *plan)
{
	/* the order of the kernel (init/main.c) */
	static const char *const defaults[] = { "/sbin/init", "/etc/init", "/bin/init",
						"/bin/sh" };
	int err = check_place(plan);

	if (err)
		return err;
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

/* ---- commit */

/* Deletes everything below @dir (owned) on its own file system, through descriptors and
 * without following links: mounts of others may still hang below it. */
static void delete_below(int dir, dev_t dev)
{
	DIR *stream = fdopendir(dir);
	struct dirent *entry;

	if (!stream) {
		close(dir);
		return;
	}
	while ((entry = readdir(stream))) {
		struct stat st;

		if (str_equal(entry->d_name, ".") || str_equal(entry->d_name, ".."))
			continue;
		if (fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != dev)
			continue;
		if (S_ISDIR(st.st_mode)) {
			int below =
				openat(dir, entry->d_name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (below >= 0)
				delete_below(below, dev);
			(void)unlinkat(dir, entry->d_name, AT_REMOVEDIR);
		} else {
			/* what stays costs only memory */
			(void)unlinkat(dir, entry->d_name, 0);
		}
	}
	closedir(stream);
}

/* A child that frees the initramfs once the new init runs: the pipe's other end is ours
 * and closes on exec; a byte in it means that exec failed and all must stay. */
static int fork_deleter(int old_root)
{
	int pipe_fds[2];
	struct stat st;
	char byte;
	pid_t pid;

	if (fstat(old_root, &st) < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(pipe_fds[1]);
		if (read(pipe_fds[0], &byte, 1) == 0)
			delete_below(dup(old_root), st.st_dev);
		_exit(0);
	}
	close(pipe_fds[0]);
	if (pid < 0)
		close(pipe_fds[1]);
	return pid < 0 ? -errno : pipe_fds[1];
}

static void move_apifs(const char *root)
{
	for (const char *const *source = apifs_moved; *source; source++) {
		char target[SWITCH_ROOT_PATH_SIZE];
		struct buf b = BUF_OVER(target);

		buf_printf(&b, "%s%s", root, *source);
		if (mount(*source, target, NULL, MS_MOVE, NULL) == 0)
			continue;
		log_warning("switch_root: %s: %s: unmounted", *source, strerror(errno));
		/* invisible below the new root otherwise */
		(void)umount2(*source, MNT_DETACH);
	}
}

/* Puts the new root over the old one and makes it ours. */
static int enter(const char *root)
{
	if (chdir(root) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
	    chroot(".") < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

static void reopen_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd >= 0)
		(void)fd_make_stdio(fd); /* the old ones still work */
	if (fd > STDERR_FILENO)
		close(fd);
}

static void restore_defaults(void)
{
	signals_default();
	(void)umask(022);
	(void)reboot((int)LINUX_REBOOT_CMD_CAD_ON); /* as a kernel without us leaves it */
}

/* Returns only if it did not work. */
static int execute(const struct switch_root *plan, int old_root, char *const argv[],
		   char *const envp[])
{
	int deleter = fork_deleter(old_root), err;

	if (deleter < 0)
		log_warning("switch_root: memory of the initramfs not freed: %s",
			    strerror(-deleter));
	restore_defaults();
	execve(plan->path, argv, envp);
	err = -errno;
	if (deleter >= 0) {
		(void)!write(deleter, "x", 1);
		close(deleter);
	}
	return err;
}

/* Nothing was deleted yet: the real root returns to its mount point, and we to the initramfs. */
static void go_back(const char *root, int old_root)
{
	char place[SWITCH_ROOT_PATH_SIZE];
	struct buf b = BUF_OVER(place);

	buf_printf(&b, "/proc/self/fd/%d%s", old_root, root);
	if (mount("/", place, NULL, MS_MOVE, NULL) < 0)
		log_warning("switch_root: %s: %s", root, strerror(errno));
	if (fchdir(old_root) < 0 || chroot(".") < 0 || apifs_mount() < 0)
		log_err("switch_root: %s: no way back into the initramfs",
			strerror(errno));
	reopen_console();
}

int switch_root_commit(const struct switch_root *plan, char *const argv[],
		       char *const envp[])
{
	fd_auto int old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (old_root < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno; /* a shared parent refuses MS_MOVE */
	move_apifs(plan->root);
	err = enter(plan->root);
	if (!err) {
		reopen_console();
		err = execute(plan, old_root, argv, envp);
	}
	go_back(plan->root, old_root);
	return err;
}
