/* pid1 OPTIONS: the stage `http` and its worker as PID 1 has them in recovery, on a host. The options are
 * a kernel command line. It says "retry" when a shell was left, and ends with its standard input.
 * For qemu-test/test_console.py, which gives it an /etc/rootling, a /run and a /srv of its own. */
#include "init/events.h"
#include "init/shell_remote.h"
#include "init/stages.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>

static struct boot boot;

static void say(void *ctx, const char *line)
{
	(void)ctx;
	log_warning("%s", line);
}

static void hear_children(void *ctx)
{
	struct signalfd_siginfo info;

	(void)ctx;
	while (read(boot.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		events_reap(&boot);
}

static void hear_stdin(void *ctx)
{
	char byte;

	(void)ctx;
	if (read(0, &byte, 1) <= 0)
		boot.stop_command = 1;
}

/* events_open() would take Ctrl-Alt-Del from the host. */
static int open_events(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	boot.signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (boot.signal_fd < 0)
		return -errno;
	return loop_add(&boot.loop, boot.signal_fd, hear_children, NULL);
}

int main(int argc, char **argv)
{
	int err;

	if (argc != 2)
		return 2;
	boot.uevent_fd = -1;
	boot.control_fd = -1;
	boot.failed = true;
	(void)str_copy(boot.verdict, sizeof(boot.verdict), "no root: a test");
	config_init(&boot.config);
	err = config_read(&boot.config, CONFIG_CMDLINE, argv[1], say, NULL);
	if (!err)
		err = open_events();
	if (!err)
		err = loop_add(&boot.loop, 0, hear_stdin, NULL);
	if (!err)
		err = stage_http(&boot);
	if (err) {
		log_err("pid1: %s", err < 0 ? strerror(-err) : "nothing to do");
		return 1;
	}
	while (!boot.stop_command) {
		(void)loop_round(&boot.loop, 0);
		if (boot.retry)
			(void)fd_write_all(1, "retry\n", 6);
		boot.retry = false;
	}
	shell_remote_end(&boot);
	worker_stop(&boot.http);
	return 0;
}
