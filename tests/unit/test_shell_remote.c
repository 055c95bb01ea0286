/* The shell of the console, a real one on a real pseudo-terminal: who gets it, and how it ends. */
#include "init/shell_remote.h"
#include "lib/klibc.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#define LIMIT_MS 30000
#define PROMPT	 " " /* "rootling# ", or what the /etc/profile here makes of it */

static struct boot boot;

static int set_up(void **state)
{
	(void)state;
	memset(&boot, 0, sizeof(boot));
	boot.config.shell = true;
	boot.failed = true;
	return 0;
}

static int start(int *terminal)
{
	return shell_remote_start(&boot, "192.0.2.7", terminal);
}

/* Waits until the shell has said @text. */
static void expect(int terminal, const char *text)
{
	char said[4096];
	size_t len = 0;

	for (;;) {
		struct pollfd wait = { .fd = terminal, .events = POLLIN };
		ssize_t got;

		assert_int_equal(poll(&wait, 1, LIMIT_MS), 1);
		got = read(terminal, said + len, sizeof(said) - 1 - len);
		assert_true(got > 0);
		len += (size_t)got;
		said[len] = '\0';
		if (strstr(said, text))
			return;
	}
}

static void type(int terminal, const char *text)
{
	assert_int_equal(write(terminal, text, strlen(text)), strlen(text));
}

/* Its end, as the reaper would tell it. */
static int reap(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	shell_remote_reap(&boot, pid, status);
	return status;
}

static void nobody_gets_it_against_the_policy(void **state)
{
	int terminal = -1;

	(void)state;
	boot.failed = false; /* the boot is on course */
	assert_int_equal(start(&terminal), -EPERM);
	set_up(NULL);
	boot.config.shell = false; /* rd.shell=0, sealed or not */
	assert_int_equal(start(&terminal), -EPERM);
	set_up(NULL);
	boot.config.panic = 10; /* the machine is about to reboot */
	assert_int_equal(start(&terminal), -EPERM);
	set_up(NULL);
	boot.stop_command = 1; /* it is ending */
	assert_int_equal(start(&terminal), -EPERM);
	assert_int_equal(terminal, -1);
	assert_int_equal(boot.shell_remote.pid, 0);
}

static void a_shell_with_job_control(void **state)
{
	int terminal;

	(void)state;
	boot.failed = false;
	boot.at_break = true;
	assert_int_equal(start(&terminal), 0);
	assert_string_equal(boot.shell_remote.who, "192.0.2.7");
	assert_int_not_equal(fcntl(terminal, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_not_equal(fcntl(terminal, F_GETFL) & O_NONBLOCK, 0);
	expect(terminal, PROMPT);
	type(terminal, "case $- in *m*) echo job''s $TERM;; esac; tty\r");
	expect(terminal, "jobs xterm-256color");
	type(terminal, "exit\r");
	assert_true(WIFEXITED(reap(boot.shell_remote.pid)));
	assert_true(boot.retry);
	assert_int_equal(boot.shell_remote.pid, 0);
	close(terminal);
}

static void hanging_up_ends_it_and_asks_for_nothing(void **state)
{
	int terminal;

	(void)state;
	assert_int_equal(start(&terminal), 0);
	expect(terminal, PROMPT);
	close(terminal);
	assert_int_equal(WTERMSIG(reap(boot.shell_remote.pid)), SIGHUP);
	assert_false(boot.retry);
}

static void the_next_one_ends_the_one_before(void **state)
{
	int first, second;
	pid_t pid;

	(void)state;
	assert_int_equal(start(&first), 0);
	pid = boot.shell_remote.pid;
	expect(first, PROMPT);
	assert_int_equal(start(&second), 0);
	assert_int_equal(WTERMSIG(reap(pid)), SIGKILL);
	assert_int_not_equal(boot.shell_remote.pid, 0);
	expect(second, PROMPT);
	pid = boot.shell_remote.pid;
	shell_remote_end(&boot);
	assert_int_equal(WTERMSIG(reap(pid)), SIGKILL);
	assert_false(boot.retry);
	close(first);
	close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_gets_it_against_the_policy, set_up),
		cmocka_unit_test_setup(a_shell_with_job_control, set_up),
		cmocka_unit_test_setup(hanging_up_ends_it_and_asks_for_nothing, set_up),
		cmocka_unit_test_setup(the_next_one_ends_the_one_before, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
