#include "init/shutdown.h"

#include "init/children.h"
#include "init/events.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/apifs.h"
#include "mount/mountlist.h"

#include <string.h>

#define TERM_LIMIT_MS 3000
#define KILL_LIMIT_MS 1000
#define SYNC_LIMIT_MS 10000
#define STEP_LIMIT_MS 2000 /* one unmount */
#define MOUNTS_SIZE   32768
#define MOUNTS_MAX    256
#define ROUNDS	      3 /* one mount may keep another busy */

/* Every process but us gets @signal. When nobody is our child any more nobody is left:
 * orphans come to us. */
static void end_processes(struct boot *boot, int signal, unsigned limit_ms)
{
	uint64_t until_ms = clock_monotonic_ms() + limit_ms;

	events_reap(boot);
	if (!boot->childless)
		(void)kill(-1, signal);
	while (!boot->childless && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
}

/* ---- steps that may hang */

static int flush(const char *unused)
{
	(void)unused;
	sync();
	return 0;
}

static int unmount(const char *target)
{
	return umount2(target, 0);
}

static int make_read_only(const char *target)
{
	return mount(NULL, target, NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

void shutdown_reap(struct boot *boot, pid_t pid, int status)
{
	if (!boot->helper || pid != boot->helper)
		return;
	boot->helper = 0;
	boot->helper_status = status;
}

/* In a child, which may be left behind in the kernel. 0; -1: it did not work; -ETIMEDOUT is
 * not told apart, because nothing can be done about it either. */
static int do_limited(struct boot *boot, int (*step)(const char *), const char *arg,
		      unsigned limit_ms)
{
	uint64_t until_ms = clock_monotonic_ms() + limit_ms;
	pid_t pid = fork();

	if (pid == 0) {
		worker_become_child(&boot->loop);
		_exit(step(arg) ? 1 : 0);
	}
	if (pid < 0)
		return step(arg);
	boot->helper = pid;
	while (boot->helper && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
	if (!boot->helper)
		return boot->helper_status ? -1 : 0;
	log_warning("%s: no answer within %u s", arg ? arg : "sync", limit_ms / 1000);
	(void)kill(boot->helper, SIGKILL);
	boot->helper = 0;
	return -1;
}

/* ---- mounts */

/* The kernel's own file systems hold nothing that could be lost. */
static bool is_kept(const char *target)
{
	if (str_equal(target, "/") || str_after(target, "/proc/") ||
	    str_after(target, "/sys/") || str_after(target, "/dev/"))
		return true;
	for (const char *const *place = apifs_moved; *place; place++)
		if (str_equal(target, *place))
			return true;
	return false;
}

/* The number of mounts that are left. */
static unsigned each_mount(struct boot *boot, int (*step)(const char *))
{
	char text[MOUNTS_SIZE], *targets[MOUNTS_MAX];
	unsigned left = 0;
	size_t count;

	text[0] = '\0';
	/* more than fits is cut at its end: the next round sees the rest */
	if (fd_read_file(AT_FDCWD, "/proc/self/mounts", text, sizeof(text)) < 0)
		text[sizeof(text) - 1] = '\0';
	count = mountlist_parse(text, targets, MOUNTS_MAX);
	while (count-- > 0)
		if (!is_kept(targets[count]))
			left += do_limited(boot, step, targets[count], STEP_LIMIT_MS) !=
				0;
	return left;
}

static void end_mounts(struct boot *boot)
{
	unsigned left = 1;

	for (unsigned round = 0; round < ROUNDS && left; round++)
		left = each_mount(boot, unmount);
	if (left && each_mount(boot, make_read_only))
		log_err("shutdown: a file system is left that was neither unmounted nor made "
			"read-only");
}

void shutdown_run(struct boot *boot)
{
	children_stop(boot);
	end_processes(boot, SIGTERM, TERM_LIMIT_MS);
	end_processes(boot, SIGKILL, KILL_LIMIT_MS);
	(void)do_limited(boot, flush, NULL, SYNC_LIMIT_MS);
	end_mounts(boot);
}
