#include "init/recovery.h"

#include "init/console.h"
#include "init/devices.h"
#include "init/shell.h"
#include "init/shell_remote.h"
#include "init/shutdown.h"
#include "init/status.h"
#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>

void recovery_end_now(struct boot *boot, unsigned command)
{
	log_info("ending the machine"); /* the kernel says how */
	(void)reboot((int)command);
	log_err("reboot: %s", strerror(errno));
	for (;;) /* a machine that cannot end goes on reaping */
		(void)loop_round(&boot->loop, 0);
}

void recovery_end(struct boot *boot, unsigned command)
{
	boot->stop_command = command; /* the next request does not wait */
	if (IS_ENABLED(CONFIG_SHUTDOWN))
		shutdown_run(boot);
	else
		sync();
	recovery_end_now(boot, command);
}

static bool has_shell(const struct boot *boot)
{
	return IS_ENABLED(CONFIG_RECOVERY_SHELL) && shell_allowed(boot);
}

void recovery_break(struct boot *boot, const char *stage)
{
	if (!has_shell(boot)) {
		log_warning("rd.break=%s: no shell in this image, or none allowed",
			    stage);
		return;
	}
	log_info("rd.break=%s: leave the shell to go on", stage);
	boot->at_break = true;
	shell_start_all(boot);
	while (!boot->retry && shell_any(boot))
		(void)loop_round(&boot->loop, 0);
	shell_end_all(boot);
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		shell_remote_end(boot);
	boot->at_break = false;
	boot->retry = false;
}

bool recovery_retry(struct boot *boot)
{
	return boot->retry = boot->failed;
}

bool recovery_continue(struct boot *boot)
{
	return boot->retry = boot->at_break;
}

/* ---- policy */

static void obey_policy(struct boot *boot)
{
	static const unsigned commands[] = {
		[EMERGENCY_REBOOT] = LINUX_REBOOT_CMD_RESTART,
		[EMERGENCY_POWEROFF] = LINUX_REBOOT_CMD_POWER_OFF,
		[EMERGENCY_HALT] = LINUX_REBOOT_CMD_HALT,
	};
	const struct config *config = &boot->config;
	uint64_t until_ms;

	if (config->emergency != EMERGENCY_SHELL)
		recovery_end(boot, commands[config->emergency]);
	if (!config->panic)
		return;
	until_ms =
		clock_monotonic_ms() + (config->panic > 0 ? config->panic * 1000ULL : 0);
	if (config->panic > 0)
		log_err("recovery: reboot in %d s", config->panic);
	while (!boot->retry && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
	if (boot->retry)
		return;
	recovery_end(boot, LINUX_REBOOT_CMD_RESTART);
}

/* Without a root device only that device helps; with one that failed, any change may, as it may
 * when every device is looked at. */
static bool worth_a_try(struct boot *boot, unsigned *changes)
{
	if (boot->device_changes == *changes)
		return false;
	*changes = boot->device_changes;
	if (IS_ENABLED(CONFIG_MOUNT) && !boot->root)
		boot->root = devices_find(boot, boot->root_specs, boot->root_spec_count);
	return boot->root || boot->any_device;
}

void recovery_run(struct boot *boot)
{
	unsigned changes = boot->device_changes;

	log_err("%s", boot->verdict);
	console_say(boot->verdict);
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
	obey_policy(boot);
	if (has_shell(boot)) {
		log_info("recovery: ready: leave the shell to try again");
		shell_start_all(boot);
	} else if (!boot->retry) {
		log_info("recovery: ready: no shell, watching for devices");
	}
	while (!boot->retry && !worth_a_try(boot, &changes))
		(void)loop_round(&boot->loop, 0);
	boot->retry = false;
}
