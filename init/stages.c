#include "init/stages.h"

#include "init/recovery.h"
#include "init/root_choice.h"
#include "init/status.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/str.h"

#include <string.h>

enum on_failure {
	GO_ON,	 /* the boot is poorer and goes on */
	RECOVER, /* it cannot: say why, watch, try this stage again */
};

struct stage {
	const char *name;
	int (*run)(struct boot *boot); /* NULL: not in this configuration */
	enum on_failure on_failure;
};

#define IF(option, function) (IS_ENABLED(option) ? (function) : NULL)

static const struct stage stages[] = {
	{ "apifs", stage_apifs, RECOVER },
	{ "console", stage_console, GO_ON },
	{ "config", stage_config, GO_ON },
	{ "modules", IF(CONFIG_MODULES, stage_modules), GO_ON },
	{ "network", IF(CONFIG_NETCFG, stage_network), GO_ON },
	{ "http", IF(CONFIG_HTTP, stage_http), GO_ON },
	{ "resume", IF(CONFIG_RESUME, stage_resume), GO_ON },
	{ "isoscan", IF(CONFIG_ISO_SCAN, stage_isoscan), RECOVER },
	{ "netroot", IF(CONFIG_NETROOT, stage_netroot), RECOVER },
	{ "root", IF(CONFIG_MOUNT, stage_root), RECOVER },
	{ "loop", IF(CONFIG_MOUNT_LOOP, stage_loop), RECOVER },
	{ "fsck", IF(CONFIG_FSCK, stage_fsck), RECOVER },
	{ "rootfs", IF(CONFIG_MOUNT, stage_rootfs), RECOVER },
	{ "overlay", IF(CONFIG_MOUNT_OVERLAY, stage_overlay), RECOVER },
	{ "fstab", IF(CONFIG_MOUNT_FSTAB, stage_fstab), RECOVER },
	{ "switch_root", IF(CONFIG_MOUNT, stage_switch_root), RECOVER },
	{ "appliance", IF(CONFIG_APPLIANCE, stage_appliance), RECOVER },
};

#define STAGE_COUNT (sizeof(stages) / sizeof(stages[0]))

void stage_note(struct boot *boot, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(boot->note, sizeof(boot->note), fmt, args);
	va_end(args);
}

void stage_verdict(struct boot *boot, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(boot->verdict, sizeof(boot->verdict), fmt, args);
	va_end(args);
}

static bool breaks_before(const struct config *config, const char *stage)
{
	for (unsigned i = 0; i < config->breaks.count; i++)
		if (str_equal(config->breaks.item[i], stage))
			return true;
	return false;
}

/* Called when the options have just been read: a break that can no longer come is said too. */
static void check_breaks(const struct config *config, const struct stage *config_stage)
{
	for (unsigned i = 0; i < config->breaks.count; i++) {
		const char *name = config->breaks.item[i];
		const struct stage *stage = stages, *end = stages + STAGE_COUNT;

		while (stage < end && !(stage->run && str_equal(stage->name, name)))
			stage++;
		if (stage == end)
			log_warning("rd.break=%s: no such stage", name);
		else if (stage <= config_stage)
			log_warning("rd.break=%s: over before the options are read",
				    name);
	}
}

static int run_stage(struct boot *boot, const struct stage *stage)
{
	struct timeline_span *span;
	int result;

	boot->note[0] = '\0';
	boot->stage = stage->name;
	span = timeline_start(&boot->timeline, stage->name, clock_monotonic_us());
	result = stage->run(boot);
	timeline_end(span, clock_monotonic_us(), result < 0 ? result : 0);
	if (result == 0)
		log_info("%s: %s%s%u.%03u ms", stage->name, boot->note,
			 *boot->note ? ", " : "",
			 (unsigned)(span->end_us - span->start_us) / 1000,
			 (unsigned)(span->end_us - span->start_us) % 1000);
	return result;
}

/* Until the stage succeeds or the boot can do without it. */
static void carry_through(struct boot *boot, const struct stage *stage)
{
	for (;;) {
		int result;

		boot->verdict[0] = '\0';
		result = run_stage(boot, stage);
		if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
			return; /* whatever came of the one before */
		if (result >= 0 || stage->on_failure == GO_ON) {
			if (result < 0)
				log_err("%s: %s: going on without it", stage->name,
					strerror(-result));
			boot->failed = false;
			return;
		}
		if (!*boot->verdict)
			stage_verdict(boot, "%s: %s", stage->name, strerror(-result));
		boot->failed = true;
		/* what is allowed is still to be read */
		if (!*boot->config.plain_cmdline)
			(void)stage_config(boot);
		recovery_run(boot);
		if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
			return;
	}
}

/* The first stage that looks for the root, when the walk begins again there. */
static size_t go_back(struct boot *boot)
{
	size_t i = 0;

	root_choice_begin(boot);
	while (!str_equal(stages[i].name, "netroot"))
		i++;
	return i;
}

void stages_run(struct boot *boot)
{
	bool goes_back = IS_ENABLED(CONFIG_HTTP) && boot->root_changed;

	for (size_t i = goes_back ? go_back(boot) : 0; i < STAGE_COUNT; i++) {
		if (!stages[i].run)
			continue;
		if (breaks_before(&boot->config, stages[i].name))
			recovery_break(boot, stages[i].name);
		carry_through(boot, &stages[i]);
		if (stages[i].run == stage_config)
			check_breaks(&boot->config, &stages[i]);
		if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
			i = go_back(boot) - 1;
		if (IS_ENABLED(CONFIG_STATUS) && boot->http.pid)
			status_write(boot);
	}
	stage_verdict(boot,
		      "nothing to boot: no root= on the command line and no service in "
		      "/etc/rootling/services");
}
