#include "init/shell_remote.h"

#include "init/shell.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static bool is_allowed(const struct boot *boot)
{
	return (boot->failed || boot->at_break) && !boot->stop_command &&
	       shell_allowed(boot);
}

/* Both ends, close-on-exec. @own does not block: it goes to a worker that must not. */
static int open_pair(int *own, int *peer)
{
	fd_auto int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int locked = 0;

	if (fd < 0 || ioctl(fd, TIOCSPTLCK, &locked) < 0)
		return -errno;
	*peer = ioctl(fd, TIOCGPTPEER,
		      (void *)(uintptr_t)(O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (*peer < 0)
		return -errno;
	*own = fd_take(&fd);
	return 0;
}

static void become_shell(struct boot *boot, int terminal)
{
	worker_become_child(&boot->loop);
	(void)setsid();
	shell_become(terminal, "TERM=xterm-256color");
}

static int start(struct boot *boot, int *terminal)
{
	struct shell_remote *shell = &boot->shell_remote;
	fd_auto int own = -1, peer = -1;
	int err;

	if (!is_allowed(boot))
		return -EPERM;
	shell_remote_end(boot);
	err = open_pair(&own, &peer);
	if (err)
		return err;
	shell->pid = fork();
	if (shell->pid == 0)
		become_shell(boot, peer);
	if (shell->pid < 0) {
		shell->pid = 0;
		return -errno;
	}
	*terminal = fd_take(&own);
	return 0;
}

int shell_remote_start(struct boot *boot, const char *who, int *terminal)
{
	char storage[sizeof(boot->shell_remote.who)];
	struct buf name = BUF_OVER(storage);
	int err;

	buf_printable(&name, who); /* as the worker has it from its socket */
	err = start(boot, terminal);
	if (err == -EPERM)
		log_warning("console: %s: no shell is allowed%s", storage,
			    shell_allowed(boot) ? " now" : "");
	else if (err)
		log_err("console: %s: %s", storage, strerror(-err));
	if (err)
		return err;
	memcpy(boot->shell_remote.who, storage, sizeof(storage));
	log_warning("console: %s has a shell", storage);
	return 0;
}

void shell_remote_reap(struct boot *boot, pid_t pid, int status)
{
	struct shell_remote *shell = &boot->shell_remote;

	if (!shell->pid || pid != shell->pid)
		return;
	shell->pid = 0;
	log_warning("console: the shell of %s has ended", shell->who);
	if (WIFEXITED(status) && WEXITSTATUS(status) != SHELL_EXIT_ABSENT &&
	    (boot->failed || boot->at_break))
		boot->retry = true;
}

void shell_remote_end(struct boot *boot)
{
	struct shell_remote *shell = &boot->shell_remote;

	if (!shell->pid)
		return;
	/* the end of a session's leader hangs up its terminal's foreground */
	(void)kill(-shell->pid, SIGKILL);
	shell->pid = 0;
	log_warning("console: the shell of %s was ended", shell->who);
}
