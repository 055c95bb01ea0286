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
#include <linux/reboot.h>
#include <string.h>
#include <sys/stat.h>

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

/* Where somebody mended the real root by hand, mounts of theirs may still be in the way. */
static void clear_target(const char *target, dev_t root_dev)
{
	struct stat st;

	if (stat(target, &st) == 0 && st.st_dev != root_dev)
		(void)umount2(target, MNT_DETACH); /* else ours hides it */
}

static void move_apifs(const char *root)
{
	struct stat st = { 0 };

	(void)stat(root, &st); /* the check has just done it */
	for (const char *const *source = apifs_moved; *source; source++) {
		char target[SWITCH_ROOT_PATH_SIZE];

		FORMAT(target, "%s%s", root, *source);
		clear_target(target, st.st_dev);
		if (mount(*source, target, NULL, MS_MOVE, NULL) == 0)
			continue;
		log_warning("switch_root: %s: %s: unmounted", *source, strerror(errno));
		/* invisible below the new root otherwise */
		(void)umount2(*source, MNT_DETACH);
	}
}

/* Back where they were; what the new root had no folder for is made anew. */
static void return_apifs(const char *root)
{
	for (const char *const *target = apifs_moved; *target; target++) {
		char source[SWITCH_ROOT_PATH_SIZE];
		int err = 0;

		FORMAT(source, "%s%s", root, *target);
		if (mount(source, *target, NULL, MS_MOVE, NULL) < 0)
			err = apifs_mount_at(*target);
		if (err)
			log_err("switch_root: %s: %s", *target, strerror(-err));
	}
}

/* Puts the new root in the place of the old one and makes it ours. Where the initramfs is not
 * the lowest mount of all, as on kernels that put a nullfs below it, it can be taken away
 * as a whole; *@way_back is then a copy of that mount that can be put back. Elsewhere
 * pivot_root says EINVAL, and the new root is moved over the old one. */
static int enter(const char *root, int old_root, int *way_back)
{
	if (chdir(root) < 0)
		return -errno;
	if (pivot_root(".", ".") == 0) {
		*way_back =
			open_tree(old_root, "",
				  AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		/* the old root lies over the new one, which is our "/" already */
		return umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ? -errno : 0;
	}
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
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

/* The copy of the old root is laid over the new one, then both change places. */
static int leave_by_pivot(const char *root, int way_back)
{
	if (move_mount(way_back, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    fchdir(way_back) < 0 || pivot_root(".", root + 1) < 0)
		return -errno;
	return 0;
}

static int leave_by_move(const char *root, int old_root)
{
	char place[SWITCH_ROOT_PATH_SIZE];

	FORMAT(place, "/proc/self/fd/%d%s", old_root, root);
	if (mount("/", place, NULL, MS_MOVE, NULL) < 0 || fchdir(old_root) < 0 ||
	    chroot(".") < 0)
		return -errno;
	return 0;
}

/* Nothing was deleted yet: the real root returns to its mount point, and we to the initramfs. */
static void go_back(const char *root, int old_root, int way_back)
{
	int err = way_back >= 0 ? leave_by_pivot(root, way_back)
				: leave_by_move(root, old_root);

	if (err || chdir("/") < 0)
		log_err("switch_root: no way back into the initramfs: %s",
			strerror(err ? -err : errno));
	return_apifs(root);
	reopen_console();
}

int switch_root_commit(const struct switch_root *plan, char *const argv[],
		       char *const envp[])
{
	fd_auto int old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd_auto int way_back = -1;
	int err;

	if (old_root < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno; /* a shared parent refuses MS_MOVE */
	move_apifs(plan->root);
	err = enter(plan->root, old_root, &way_back);
	if (!err) {
		reopen_console();
		err = execute(plan, old_root, argv, envp);
	}
	go_back(plan->root, old_root, way_back);
	return err;
}
