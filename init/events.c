#include "init/events.h"

#include "init/recovery.h"
#include "init/stage_appliance.h"
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

static void reap(struct boot *boot)
{
	struct worker *const workers[] = { &boot->modules, &boot->network, &boot->http };
	int status;
	pid_t pid;

	/* one SIGCHLD may stand for many: until nobody is left, or orphans outrun us */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		recovery_reap(boot, pid);
		if (IS_ENABLED(CONFIG_APPLIANCE))
			appliance_reap(boot, pid, status);
		for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++)
			if (worker_reap(workers[i], pid, status))
				break;
	}
}

/* Services are stopped in order by the stage that runs them. */
static void end(struct boot *boot, unsigned command)
{
	boot->stop_command = command;
	if (boot->supervisor.count == 0)
		recovery_end(boot, command);
}

static void receive(void *ctx)
{
	struct boot *boot = ctx;
	struct signalfd_siginfo info;

	while (read(boot->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(boot);
		for (size_t i = 0; i < REQUEST_COUNT; i++)
			if (info.ssi_signo == (uint32_t)requests[i].signal)
				end(boot, requests[i].command);
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
