#include "init/children.h"
#include "init/console.h"
#include "init/control.h"
#include "init/events.h"
#include "init/handover.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/switch_root.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define MODULES_NOTE_MS	 10000
#define MODULES_LIMIT_MS 180000

static bool modules_are_loading(const struct boot *boot)
{
	return boot->modules_pending || boot->modules_slow;
}

static void say_what_is_loading(const struct boot *boot, unsigned waited_s)
{
	log_warning("switch_root: waiting for %s%s to be loaded: %u s",
		    boot->modules_slow ? "module " : "modules",
		    boot->modules_slow ? boot->slow_module : "", waited_s);
}

/* A driver that is being loaded must find its firmware in our root, not in the next one. A
 * controller with many slow disks may take minutes, so the limit is that of systemd-udevd. */
static void finish_modules(struct boot *boot)
{
	uint64_t start_ms = clock_monotonic_ms(), until_ms = start_ms + MODULES_NOTE_MS;

	if (IS_ENABLED(CONFIG_MODULES))
		modules_load_post(boot);
	while (modules_are_loading(boot)) {
		(void)loop_round(&boot->loop, until_ms);
		if (clock_monotonic_ms() < until_ms)
			continue;
		if (until_ms - start_ms >= MODULES_LIMIT_MS) {
			log_err("switch_root: modules are still loading after %d s: going on",
				MODULES_LIMIT_MS / 1000);
			return;
		}
		say_what_is_loading(boot, (unsigned)(until_ms - start_ms) / 1000);
		until_ms += MODULES_NOTE_MS;
	}
}

/* systemd reads when the initrd began from its serialised state, as its own initrd leaves
 * it (manager-serialize.c). A private format, so only for a program called systemd, and a
 * line it does not know is ignored. Returns the descriptor or -1. */
static int systemd_state(const struct boot *boot)
{
	uint64_t start_us = boot->timeline.spans[0].start_us;
	char text[96];
	struct buf b = BUF_OVER(text);
	int fd = memfd_create("systemd-state", 0);

	if (fd < 0)
		return -1;
	buf_printf(&b, "initrd-timestamp=%" PRIu64 " %" PRIu64 "\n\n",
		   clock_realtime_us() - (clock_monotonic_us() - start_us), start_us);
	if (write(fd, text, b.len) != (ssize_t)b.len || lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_systemd(const struct switch_root *plan)
{
	const char *slash = strrchr(plan->resolved, '/');

	return slash && str_equal(slash + 1, "systemd");
}

static int commit(struct boot *boot, const struct switch_root *plan)
{
	const struct config_list *given = &boot->config.init_args;
	char *argv[SWITCH_ROOT_ARGS_MAX + 1], number[16];
	int count = 0, state_fd = is_systemd(plan) ? systemd_state(boot) : -1, err;

	argv[count++] = (char *)plan->path;
	if (state_fd >= 0) {
		FORMAT(number, "%d", state_fd);
		argv[count++] = (char *)"--switched-root";
		argv[count++] = (char *)"--system";
		argv[count++] = (char *)"--deserialize";
		argv[count++] = number;
	}
	for (unsigned i = 0; i < given->count && count < SWITCH_ROOT_ARGS_MAX; i++)
		argv[count++] = (char *)given->item[i];
	argv[count] = NULL;
	err = switch_root_commit(plan, argv, environ);
	if (state_fd >= 0)
		close(state_fd);
	return err;
}

int stage_switch_root(struct boot *boot)
{
	struct switch_root plan = { .root = BOOT_ROOT_MOUNT, .init = boot->config.init };
	struct timeline_span *span;
	int err;

	if (!boot_has_root(boot))
		return STAGE_SKIPPED;
	finish_modules(boot);
	err = switch_root_check(&plan);
	if (err) {
		/* it stays mounted: who mends it from the shell goes on from here */
		stage_verdict(boot, "switch_root: %s", plan.why);
		return err;
	}
	if (IS_ENABLED(CONFIG_HTTP))
		children_stop_http(boot);
	if (IS_ENABLED(CONFIG_NETCFG))
		handover(boot);
	children_stop(boot);
	log_info("switch_root: %s", plan.path);
	span = &boot->timeline.spans[boot->timeline.count - 1];
	timeline_end(span, clock_monotonic_us(), 0);
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
	if (IS_ENABLED(CONFIG_CONTROL))
		control_close(boot);
	console_limit_kmsg(true);
	err = commit(boot, &plan);
	console_limit_kmsg(false);
	if (IS_ENABLED(CONFIG_CONTROL))
		control_open(boot);
	events_block();
	children_resume(boot);
	stage_verdict(boot, "switch_root: %s: %s", plan.path, strerror(-err));
	return err;
}
