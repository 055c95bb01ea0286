#include "init/stage_root.h"

#include "init/devices.h"
#include "init/stages.h"
#include "init/verdict.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/klibc.h"
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

/* ---- what is asked for */

/* Without root= the boot disk may say itself what its root is, unless the image has
 * something else to do. */
static bool finds_itself(const struct config *config)
{
	return IS_ENABLED(CONFIG_GPT_AUTO) && config->gpt_auto &&
	       !(IS_ENABLED(CONFIG_APPLIANCE) && access(SERVICES_DIR, F_OK) == 0);
}

static void read_fallbacks(struct boot *boot)
{
	const struct config_list *given = &boot->config.rootfallback;

	for (unsigned i = 0; i < given->count; i++) {
		if (boot->root_spec_count < BOOT_ROOTS_MAX &&
		    rootspec_parse(given->item[i],
				   &boot->root_specs[boot->root_spec_count]) == 0)
			boot->root_spec_count++;
		else
			log_warning("rootfallback=%s: ignored: %s", given->item[i],
				    boot->root_spec_count == BOOT_ROOTS_MAX
					    ? "there are too many"
					    : "not a device");
	}
}

int root_parse(const char *value, struct rootspec *specs)
{
	int err;

	if (IS_ENABLED(CONFIG_ROOT_CHOICES))
		return rootspec_parse_list(value, specs, BOOT_ROOTS_MAX);
	err = rootspec_parse(value, specs);
	return err ? err : 1;
}

/* The number of candidates; 0: no root is asked for; or -errno, and the verdict says why. */
static int read_specs(struct boot *boot)
{
	const struct config *config = &boot->config;
	const char *root = config->root;
	int count = 0;

	if (IS_ENABLED(CONFIG_NETROOT) && *boot->netroot.device)
		root = boot->netroot.device;

	boot->root_spec_count = boot->root_choice_count = 0;
	if (root) {
		count = root_parse(root, boot->root_specs);
	} else if (finds_itself(config)) {
		boot->root_specs[0] = (struct rootspec){ .kind = ROOT_GPT_AUTO };
		count = 1;
	}
	if (IS_ENABLED(CONFIG_ROOT_CHOICES) && count == -E2BIG)
		stage_verdict(boot, "root=%s: more than %d devices", config->root,
			      BOOT_ROOTS_MAX);
	else if (count < 0)
		stage_verdict(
			boot,
			"root=%s: not a device: known are /dev/NAME, UUID=, LABEL=, "
			"PARTUUID=, PARTLABEL= and MAJ:MIN",
			config->root);
	if (count <= 0)
		return count;
	boot->root_spec_count = boot->root_choice_count = (unsigned)count;
	if (IS_ENABLED(CONFIG_ROOT_CHOICES))
		read_fallbacks(boot);
	return count;
}

/* ---- finding it */

/* Only what has been there all the time is a fallback: it is looked for once. */
static struct blockdev *find_fallback(struct boot *boot, uint32_t waited_s)
{
	unsigned choices = boot->root_choice_count;

	for (unsigned i = choices; i < boot->root_spec_count; i++) {
		struct blockdev *dev = devices_find(boot, &boot->root_specs[i], 1);
		char text[320];
		struct buf b = BUF_OVER(text);

		if (!dev)
			continue;
		rootspec_print(&boot->root_specs[i], &b);
		log_warning(
			"root: waited %u s in vain for root=%s: taking rootfallback=%s",
			waited_s, boot->config.root ? boot->config.root : "", text);
		return dev;
	}
	return NULL;
}

int root_find(struct boot *boot)
{
	uint32_t timeout_s = config_root_timeout(&boot->config);
	bool appeared = boot->failed && boot->root; /* recovery saw it come */

	boot->root =
		devices_wait(boot, boot->root_specs, boot->root_choice_count,
			     appeared ? clock_monotonic_ms() : deadline_ms(timeout_s));
	if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
		return -ECANCELED;
	if (!boot->root && IS_ENABLED(CONFIG_ROOT_CHOICES))
		boot->root = find_fallback(boot, timeout_s);
	if (boot->root)
		return 0;
	verdict_no_root(boot, timeout_s);
	return -ENODEV;
}

int stage_root(struct boot *boot)
{
	int result = boot_root_is_shared(boot) ? 0 : read_specs(boot);

	if (result <= 0)
		return result < 0 ? result : STAGE_SKIPPED;
	devices_watch(boot);
	wait_rootdelay(boot);
	devices_scan(boot);
	result = root_find(boot);
	if (!result)
		note_root(boot);
	return result;
}
