#include "init/stage_appliance.h"

#include "init/devices.h"
#include "init/recovery.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"

static void prepare_child(void *ctx)
{
	worker_become_child(ctx);
}

static void supervise(void *ctx)
{
	struct boot *boot = ctx;
	uint64_t next_ms = supervise_run(&boot->supervisor, clock_monotonic_ms());

	if (next_ms)
		(void)loop_set_timer(&boot->loop, next_ms, supervise, boot);
}

void appliance_reap(struct boot *boot, pid_t pid, int status)
{
	if (supervise_reap(&boot->supervisor, pid, status, clock_monotonic_ms()))
		supervise(boot);
}

static void stop_services(struct boot *boot)
{
	uint64_t next_ms;

	while ((next_ms = supervise_stop(&boot->supervisor, clock_monotonic_ms())))
		(void)loop_round(&boot->loop, next_ms);
}

int stage_appliance(struct boot *boot)
{
	boot->supervisor.prepare_child = prepare_child;
	boot->supervisor.ctx = &boot->loop;
	if (supervise_read(&boot->supervisor, clock_monotonic_ms()) == 0)
		return STAGE_SKIPPED;
	log_info("appliance: %u services", boot->supervisor.count);
	supervise(boot);
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
	if (IS_ENABLED(CONFIG_POWER_BUTTON))
		devices_watch(boot); /* no stage before may have needed uevents */
	while (!boot->stop_command)
		(void)loop_round(&boot->loop, 0);
	stop_services(boot);
	recovery_end(boot, boot->stop_command);
}
