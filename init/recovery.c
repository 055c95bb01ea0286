#include "init/recovery.h"

#include "init/console.h"
#include "init/status.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#define SHELL "/bin/sh"

void recovery_end(struct boot *boot, unsigned command)
{
	log_info("ending the machine"); /* the kernel says how */
	sync();
	(void)reboot((int)command);
	log_err("reboot: %s", strerror(errno));
	for (;;) /* a machine that cannot end goes on reaping */
		(void)loop_round(&boot->loop, 0);
}

/* ---- shell */

static bool shell_allowed(const struct boot *boot)
{
	const struct config *config = &boot->config;

	return IS_ENABLED(CONFIG_RECOVERY_SHELL) && config->shell && !config->panic &&
	       access(SHELL, X_OK) == 0;
}

static void become_shell(struct boot *boot)
{
	static char *const argv[] = { "-sh", NULL }; /* a login shell: /etc/profile */
	static char *const envp[] = { "HOME=/", "TERM=linux", "PS1=rootling# ",
				      "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int terminal;

	worker_become_child(&boot->loop);
	(void)setsid();
	terminal = console_open_terminal();
	if (terminal >= 0) {
		(void)ioctl(terminal, TIOCSCTTY, (void *)1);
		/* keys hit before the prompt are no commands */
		(void)tcflush(terminal, TCIFLUSH);
		(void)fd_make_stdio(terminal); /* the old ones still work */
	}
	execve(SHELL, argv, envp);
	_exit(127);
}

static void start_shell(struct boot *boot)
{
	pid_t pid = fork();

	if (pid == 0)
		become_shell(boot);
	if (pid < 0)
		log_err("shell: %s", strerror(errno));
	else
		boot->shell = pid;
	boot->shell_ended = false;
}

void recovery_reap(struct boot *boot, pid_t pid)
{
	if (!boot->shell || pid != boot->shell)
		return;
	boot->shell = 0;
	boot->shell_ended = true;
}

void recovery_break(struct boot *boot, const char *stage)
{
	if (!shell_allowed(boot)) {
		log_warning("rd.break=%s: no shell in this image, or none allowed",
			    stage);
		return;
	}
	log_info("rd.break=%s: leave the shell to go on", stage);
	start_shell(boot);
	while (boot->shell)
		(void)loop_round(&boot->loop, 0);
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
	while (clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
	recovery_end(boot, LINUX_REBOOT_CMD_RESTART);
}

/* Without a root device only that device helps; with one that failed, any change may. */
static bool worth_a_try(const struct boot *boot, unsigned changes)
{
	return boot->root && boot->device_changes != changes;
}

void recovery_run(struct boot *boot)
{
	unsigned changes = boot->device_changes;

	log_err("%s", boot->verdict);
	console_say(boot->verdict);
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
	obey_policy(boot);
	if (shell_allowed(boot)) {
		log_info("recovery: ready: leave the shell to try again");
		if (!boot->shell)
			start_shell(boot);
	} else {
		log_info("recovery: ready: no shell, watching for devices");
	}
	while (!boot->shell_ended && !worth_a_try(boot, changes))
		(void)loop_round(&boot->loop, 0);
	boot->shell_ended = false;
}
