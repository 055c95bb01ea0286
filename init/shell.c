#include "init/shell.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#define SHELL		"/bin/sh"
#define ACTIVE_CONSOLES "/sys/class/tty/console/active"
#define EXIT_ABSENT	125 /* of our child: there is no such terminal */
#define QUICK_MS	100
#define QUICK_MAX	5 /* people and scripts may be fast too */
#define PAUSE_MAX_MS	30000

bool shell_allowed(const struct boot *boot)
{
	const struct config *config = &boot->config;

	return config->shell && !config->panic && access(SHELL, X_OK) == 0;
}

/* Unlike /dev/console itself, the terminal behind it can be a controlling one and so gives
 * job control. Without carrier a serial line would keep a plain open() waiting. */
static int open_terminal(const char *name)
{
	char path[64];
	struct termios mode;
	int fd;

	/* tty0 is whatever virtual terminal is in front */
	FORMAT(path, "/dev/%s", str_equal(name, "tty0") ? "tty1" : name);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &mode) < 0)
		return -1;		  /* the caller exits */
	(void)fcntl(fd, F_SETFL, O_RDWR); /* a shell reads -EAGAIN as its end */
	return fd;
}

void shell_become(int terminal, const char *term)
{
	static char *const argv[] = { "-sh", NULL }; /* a login shell: /etc/profile */
	char *const envp[] = { "HOME=/", (char *)term, "PS1=rootling# ",
			       "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

	(void)ioctl(terminal, TIOCSCTTY,
		    (void *)1); /* without: a shell, no job control */
	/* keys hit before the prompt are no commands */
	(void)tcflush(terminal, TCIFLUSH);
	(void)fd_make_stdio(terminal); /* the old ones still work */
	execve(SHELL, argv, envp);
	_exit(SHELL_EXIT_ABSENT);
}

static void become_shell(struct boot *boot, const char *console)
{
	const char *number = str_after(console, "tty");
	bool virtual = number && *number >= '0' && *number <= '9';
	int terminal;

	worker_become_child(&boot->loop);
	(void)setsid();
	terminal = open_terminal(console);
	if (terminal < 0)
		_exit(EXIT_ABSENT);
	shell_become(terminal, virtual ? "TERM=linux" : "TERM=vt220");
}

static struct shell *shell_of(struct boot *boot, const char *console)
{
	for (unsigned i = 0; i < boot->shell_count; i++)
		if (str_equal(boot->shells[i].console, console))
			return &boot->shells[i];
	if (boot->shell_count == BOOT_SHELLS_MAX ||
	    str_copy(boot->shells[boot->shell_count].console,
		     sizeof(boot->shells[0].console), console))
		return NULL;
	return &boot->shells[boot->shell_count++];
}

/* Is there a shell, or would one be possible? */
static bool start(struct boot *boot, const char *console)
{
	struct shell *shell = shell_of(boot, console);
	uint64_t now_ms = clock_monotonic_ms();
	pid_t pid;

	if (!shell || shell->absent)
		return false;
	if (shell->pid || shell->start_at_ms > now_ms)
		return true;
	pid = fork();
	if (pid == 0)
		become_shell(boot, console);
	if (pid < 0)
		log_err("shell: %s", strerror(errno));
	shell->pid = pid < 0 ? 0 : pid;
	shell->start_at_ms = 0;
	shell->started_ms = now_ms;
	return true;
}

void shell_start_all(struct boot *boot)
{
	char active[256];
	char *name = active;
	bool any = false;

	if (fd_read_file(AT_FDCWD, ACTIVE_CONSOLES, active, sizeof(active)) < 0)
		*name = '\0';
	while (*name) {
		size_t len = strcspn(name, " \n");
		bool last = !name[len];

		name[len] = '\0';
		any |= len && start(boot, name);
		name += len + !last;
	}
	if (!any)
		(void)start(boot, "console");
}

bool shell_any(const struct boot *boot)
{
	for (unsigned i = 0; i < boot->shell_count; i++)
		if (boot->shells[i].pid || boot->shells[i].start_at_ms)
			return true;
	return false;
}

/* Nobody sits at the other consoles: then its end counts like that of any shell. */
static void start_again(void *ctx)
{
	struct boot *boot = ctx;

	boot->retry = true;
	for (unsigned i = 0; i < boot->shell_count; i++)
		if (boot->shells[i].pid)
			boot->retry = false;
	shell_start_all(boot);
}

static uint64_t pause_ms(unsigned quick)
{
	return quick < 6 ? 1000ULL << (quick - 1) : PAUSE_MAX_MS;
}

void shell_reap(struct boot *boot, pid_t pid, int status)
{
	struct shell *shell = boot->shells, *end = shell + boot->shell_count;
	uint64_t now_ms = clock_monotonic_ms();

	while (shell < end && shell->pid != pid)
		shell++;
	if (shell == end)
		return;
	shell->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ABSENT) {
		shell->absent = true;
		shell_start_all(boot); /* when it was the last, /dev/console is left */
		return;
	}
	if (now_ms - shell->started_ms >= QUICK_MS)
		shell->quick = 0;
	else
		shell->quick++;
	if (shell->quick <= QUICK_MAX) {
		boot->retry = true;
		return;
	}
	/* a shell that cannot run, or a terminal that has hung up */
	shell->start_at_ms = now_ms + pause_ms(shell->quick - QUICK_MAX);
	(void)loop_set_timer(&boot->loop, shell->start_at_ms, start_again, boot);
}

void shell_end_all(struct boot *boot)
{
	loop_clear_timer(&boot->loop, start_again, boot);
	for (unsigned i = 0; i < boot->shell_count; i++) {
		struct shell *shell = &boot->shells[i];

		/* the end of a session's leader hangs up its terminal's foreground */
		if (shell->pid)
			(void)kill(-shell->pid, SIGKILL);
		shell->pid = 0;
		shell->start_at_ms = 0;
	}
}
