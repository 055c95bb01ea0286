#include "init/devices.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "init/verdict.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"

#include <errno.h>

static uint64_t deadline_ms(uint32_t seconds)
{
	return seconds == CONFIG_FOREVER ? 0 : clock_monotonic_ms() + seconds * 1000ULL;
}

static void wait_rootdelay(struct boot *boot)
{
	uint64_t until_ms = deadline_ms(boot->config.rootdelay);

	while (boot->config.rootdelay && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
}

/* The modules of the fast path are in, what they brought has been looked at, and the root
 * is not there: this machine is not the one the image was made for. */
static bool fast_path_ended(const struct boot *boot)
{
	return IS_ENABLED(CONFIG_COLDPLUG) && boot->modules.pid &&
	       !boot->modules_pending &&
	       (!boot->coldplug_started || boot->coldplug_again);
}

static void wait_for_root(struct boot *boot, uint64_t until_ms)
{
	while (!boot->root && (!until_ms || clock_monotonic_ms() < until_ms)) {
		if (!fast_path_ended(boot))
			(void)loop_round(&boot->loop, until_ms);
		else if (!loop_round(&boot->loop, clock_monotonic_ms()))
			modules_coldplug(boot);
	}
}

static void note_root(struct boot *boot)
{
	const struct blockdev *dev = boot->root;
	char label[300] = "";
	struct buf b = BUF_OVER(label);

	if (!dev->probed || dev->probe_err) {
		stage_note(boot, "/dev/%s", dev->name);
		return;
	}
	if (*dev->fs.label) {
		buf_puts(&b, " ");
		buf_printable(&b, dev->fs.label);
	}
	stage_note(boot, "/dev/%s (%s%s)", dev->name, dev->fs.type, label);
}

int stage_root(struct boot *boot)
{
	const struct config *config = &boot->config;
	uint32_t timeout_s = config_root_timeout(config);
	int err;

	if (!config->root)
		return STAGE_SKIPPED;
	err = rootspec_parse(config->root, &boot->root_spec);
	if (err) {
		boot->root_spec.kind = ROOT_NONE;
		stage_verdict(
			boot,
			"root=%s: not a device: known are /dev/NAME, UUID=, LABEL=, "
			"PARTUUID=, PARTLABEL= and MAJ:MIN",
			config->root);
		return err;
	}
	devices_watch(boot);
	wait_rootdelay(boot);
	devices_scan(boot);
	wait_for_root(boot, deadline_ms(timeout_s));
	if (!boot->root) {
		verdict_no_root(boot, timeout_s);
		return -ENODEV;
	}
	note_root(boot);
	return 0;
}
