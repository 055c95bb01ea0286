#include "init/events.h"

#include "init/children.h"
#include "init/recovery.h"
#include "init/shell.h"
#include "init/shell_remote.h"
#include "init/shutdown.h"
#include "init/stage_appliance.h"
#include "init/stage_fsck.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/reboot.h>
#include <sys/wait.h>

/* What each signal asks of PID 1: INT is Ctrl-Alt-Del, the others are what the reboot, halt and
 * poweroff commands of busybox send to an init. */
static const struct {
	int signal;
	unsigned command; /* LINUX_REBOOT_CMD_ */
} requests[] = {
	{ SIGINT, LINUX_REBOOT_CMD_RESTART },
	{ SIGTERM, LINUX_REBOOT_CMD_RESTART },
	{ SIGUSR1, LINUX_REBOOT_CMD_HALT },
	{ SIGUSR2, LINUX_REBOOT_CMD_POWER_OFF },
};

#define REQUEST_COUNT (sizeof(requests) / sizeof(requests[0]))

void events_reap(struct boot *boot)
{
	int status;
	pid_t pid;

	/* one SIGCHLD may stand for many: until nobody is left, or orphans outrun us */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (children_reap(boot, pid, status))
			continue;
		if (IS_ENABLED(CONFIG_RECOVERY_SHELL))
			shell_reap(boot, pid, status);
		if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
			shell_remote_reap(boot, pid, status);
		if (IS_ENABLED(CONFIG_FSCK))
			fsck_reap(boot, pid, status);
		if (IS_ENABLED(CONFIG_APPLIANCE))
			appliance_reap(boot, pid, status);
		if (IS_ENABLED(CONFIG_SHUTDOWN))
			shutdown_reap(boot, pid, status);
	}
	boot->childless = pid < 0;
}

void events_request(struct boot *boot, unsigned command)
{
	if (boot->stop_command)
		recovery_end_now(boot, command);
	boot->stop_command = command;
	/* else the stage that runs the services stops them in order */
	if (boot->supervisor.count == 0)
		recovery_end(boot, command);
}

static void receive(void *ctx)
{
	struct boot *boot = ctx;
	struct signalfd_siginfo info;

	while (read(boot->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			events_reap(boot);
		for (size_t i = 0; i < REQUEST_COUNT; i++)
			if (info.ssi_signo == (uint32_t)requests[i].signal)
				events_request(boot, requests[i].command);
	}
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < REQUEST_COUNT; i++)
		sigaddset(set, requests[i].signal);
}

void events_block(void)
{
	sigset_t set;

	fill(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)reboot((int)LINUX_REBOOT_CMD_CAD_OFF); /* Ctrl-Alt-Del is SIGINT then */
}

int events_open(struct boot *boot)
{
	sigset_t set;

	fill(&set);
	events_block();
	boot->signal_fd = signalfd(-1, &set, O_NONBLOCK | O_CLOEXEC);
	if (boot->signal_fd < 0)
		return -errno;
	return loop_add(&boot->loop, boot->signal_fd, receive, boot);
}
