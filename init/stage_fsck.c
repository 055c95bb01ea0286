#include "init/stage_fsck.h"

#include "init/filesystem.h"
#include "init/recovery.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/fsck.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define DONE_DIR     "/run/initramfs"
#define STILL_S	     30
#define NOT_EXECUTED 127 /* as shells say it; no checker sets all of these bits */

void fsck_reap(struct boot *boot, pid_t pid, int status)
{
	if (!boot->checker || pid != boot->checker)
		return;
	boot->checker = 0;
	boot->checker_status = status;
}

/* The words of systemd-fsck(8). */
static void become_checker(struct boot *boot, char *program, const char *device)
{
	static const char *const repair[] = {
		[FSCK_PREEN] = "-a", [FSCK_YES] = "-y", [FSCK_NO] = "-n"
	};
	static char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=linux",
				      NULL };
	const struct config *config = &boot->config;
	char *argv[5];
	int count = 0;

	argv[count++] = program;
	argv[count++] = (char *)repair[config->fsck_repair];
	if (config->fsck_mode == FSCK_FORCE)
		argv[count++] = "-f";
	argv[count++] = (char *)device;
	argv[count] = NULL;
	worker_become_child(&boot->loop);
	execve(program, argv, envp);
	_exit(NOT_EXECUTED);
}

/* It may take hours, which is no reason to stop it, but one to say that it goes on. */
static int run_checker(struct boot *boot, char *program, const char *device)
{
	uint64_t start_ms = clock_monotonic_ms(), say_ms = start_ms + STILL_S * 1000;
	pid_t pid = fork();

	if (pid == 0)
		become_checker(boot, program, device);
	if (pid < 0)
		return -errno;
	boot->checker = pid;
	while (boot->checker) {
		(void)loop_round(&boot->loop, say_ms);
		if (clock_monotonic_ms() < say_ms)
			continue;
		log_info("fsck: %s: still checking after %u s", device,
			 (unsigned)((say_ms - start_ms) / 1000));
		say_ms += STILL_S * 1000;
	}
	return boot->checker_status;
}

/* The checker could not write to it, and fails then. */
static bool is_read_only(const char *device)
{
	fd_auto int fd = open(device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int read_only = 0;

	return fd >= 0 && ioctl(fd, BLKROGET, &read_only) == 0 && read_only;
}

static int judge(struct boot *boot, const char *program, const char *device, int status)
{
	unsigned code = WIFEXITED(status) ? WEXITSTATUS(status) : 8;

	if (status < 0 || code == NOT_EXECUTED) {
		log_warning("fsck: %s: cannot be executed (a library or interpreter is "
			    "missing?): %s is not checked",
			    program, device);
		return -ENOEXEC;
	}
	if (fsck_outcome(code) == FSCK_FAILED) {
		stage_verdict(
			boot,
			"fsck: %s: %s ended with status %u: %s: mend it by hand, or "
			"boot with fsck.mode=skip",
			device, program, code,
			WIFEXITED(status) ? fsck_meaning(code) : "it was killed");
		return -EUCLEAN;
	}
	log_info("fsck: %s: %s", device, fsck_meaning(code));
	if (fsck_outcome(code) == FSCK_REBOOT)
		recovery_end(boot, LINUX_REBOOT_CMD_RESTART);
	return 0;
}

void fsck_forget(void)
{
	/* of another root, if any */
	(void)unlink(DONE_DIR "/fsck-root");
	(void)unlink(DONE_DIR "/fsck-usr");
}

int fsck_check(struct boot *boot, const char *device, const char *types, const char *name)
{
	char program[64], done[64];
	struct buf b = BUF_OVER(program), d = BUF_OVER(done);
	int err;

	buf_printf(&b, "/sbin/fsck.%s", types);
	buf_printf(&d, DONE_DIR "/fsck-%s", name);
	if (boot->config.fsck_mode == FSCK_SKIP || b.truncated ||
	    !fsck_has_checker(types) || access(program, X_OK) < 0 ||
	    access(done, F_OK) == 0)
		return 0;
	if (is_read_only(device)) {
		log_info("fsck: %s is read-only: not checked", device);
		return 0;
	}
	err = judge(boot, program, device, run_checker(boot, program, device));
	if (err)
		return err == -ENOEXEC ? 0 : err;
	(void)mkdir(DONE_DIR, 0755); /* the file says it */
	err = fd_replace_file(done, 0644, "", 0);
	if (err)
		log_warning("%s: %s", done, strerror(-err));
	return 0;
}

int stage_fsck(struct boot *boot)
{
	char device[FILESYSTEM_SOURCE_SIZE];
	struct buf b = BUF_OVER(device);
	const char *types;

	if (!boot->root || boot->config.fsck_mode == FSCK_SKIP)
		return STAGE_SKIPPED;
	buf_printf(&b, "/dev/%s", boot->root->name);
	types = filesystem_types(boot->root, boot->config.rootfstype);
	if (!types)
		return STAGE_SKIPPED; /* rootfs says why */
	stage_note(boot, "%s", device);
	return fsck_check(boot, device, types, "root");
}
