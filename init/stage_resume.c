#include "init/devices.h"
#include "init/filesystem.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/resume.h"

#include <errno.h>
#include <string.h>

/* A swap disk that was taken out must not keep the machine from booting. */
#define LIMIT_S		 30
#define MODULES_LIMIT_MS 10000

/* A process that sits in the middle of loading a driver cannot be frozen. */
static void finish_modules(struct boot *boot)
{
	uint64_t until_ms = clock_monotonic_ms() + MODULES_LIMIT_MS;

	while (boot->modules_pending && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
}

/* Before anything is mounted, even read-only: the hibernated system still has it open. */
int stage_resume(struct boot *boot)
{
	const struct config *config = &boot->config;
	uint32_t limit_s = config_root_timeout(config);
	char source[FILESYSTEM_SOURCE_SIZE];
	struct buf b = BUF_OVER(source);
	uint32_t major, minor;
	uint64_t offset = 0;
	struct rootspec spec;
	struct blockdev *dev;
	int err;

	if (!config->resume || config->noresume)
		return STAGE_SKIPPED;
	if (rootspec_parse(config->resume, &spec) ||
	    (config->resume_offset &&
	     str_parse_u64(config->resume_offset, 10, &offset))) {
		log_warning("resume=%s resume_offset=%s: not a device and a number",
			    config->resume,
			    config->resume_offset ? config->resume_offset : "");
		return STAGE_SKIPPED;
	}
	spec.swap = true;
	limit_s = limit_s > LIMIT_S ? LIMIT_S : limit_s;
	devices_watch(boot);
	devices_scan(boot);
	dev = filesystem_wait(boot, &spec, limit_s);
	if (!dev) {
		log_warning("resume=%s: waited %u s for it: starting afresh",
			    config->resume, limit_s);
		return STAGE_SKIPPED;
	}
	buf_printf(&b, "/dev/%s", dev->name);
	major = dev->major;
	minor = dev->minor;
	if (!resume_is_waiting(source, offset)) {
		stage_note(boot, "nothing is hibernated on %s", source);
		return 0;
	}
	finish_modules(boot);
	log_info("resume: going back to the system on %s", source);
	err = resume_start(major, minor, offset);
	log_warning("resume: %s: %s: starting afresh", source,
		    err ? strerror(-err) : "the kernel did not take it");
	return 0;
}
