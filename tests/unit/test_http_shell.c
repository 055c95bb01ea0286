/* What PID 1 makes of a worker that asks for the shell, and may have been taken over. */
#include "init/http_action.h"
#include "init/shell_remote.h"
#include "lib/fd_pass.h"
#include "lib/klibc.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define TOKEN "a-token-of-this-test"
/* printf %s a-token-of-this-test | sha256sum */
#define DIGEST "0fb7321b7012da4d334ad40240dee8a1ccb352cd6f2b22fbeaedd3978e1f556a\n"

static struct boot boot;
static char token_path[32];
static int worker; /* its end */

static int set_up(void **state)
{
	int pair[2], fd;

	(void)state;
	(void)snprintf(token_path, sizeof(token_path), "/tmp/rootling-token-XXXXXX");
	fd = mkstemp(token_path);
	if (fd < 0 || write(fd, DIGEST, strlen(DIGEST)) != (ssize_t)strlen(DIGEST))
		return -1;
	close(fd);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	memset(&boot, 0, sizeof(boot));
	boot.failed = true;
	boot.config.shell = true;
	boot.http_config.actions = 1u << HTTP_ACTION_CONSOLE;
	boot.http_config.token_path = token_path;
	boot.http.pid = 1;
	boot.http.fd = pair[0];
	worker = pair[1];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(boot.http.fd);
	close(worker);
	return unlink(token_path);
}

/* The error of the answer; the terminal is *@terminal. */
static int ask(const char *token, int *terminal)
{
	struct http_action action = { .id = 7, .kind = HTTP_ACTION_CONSOLE };
	struct http_shell answer;

	(void)snprintf(action.peer, sizeof(action.peer), "192.0.2.7");
	(void)snprintf(action.token, sizeof(action.token), "%s", token);
	http_action_take(&boot, &action);
	assert_int_equal(fd_receive(worker, &answer, sizeof(answer), terminal),
			 sizeof(answer));
	assert_int_equal(answer.id, 7);
	return answer.err;
}

static void the_token_opens_a_shell(void **state)
{
	int terminal, status;
	pid_t pid;

	(void)state;
	assert_int_equal(ask(TOKEN, &terminal), 0);
	assert_true(terminal >= 0);
	pid = boot.shell_remote.pid;
	assert_true(pid > 0);
	shell_remote_end(&boot);
	close(terminal);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void the_workers_word_does_not(void **state)
{
	static const char *const tokens[] = { "", "a-token-of-this-tesT", DIGEST };
	int terminal;

	(void)state;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		assert_int_equal(ask(tokens[i], &terminal), -EPERM);
		assert_int_equal(terminal, -1);
	}
	boot.http_config.actions = 0;
	assert_int_equal(ask(TOKEN, &terminal), -EPERM);
	boot.http_config.actions = 1u << HTTP_ACTION_CONSOLE;
	boot.http_config.token_path = "/nonexistent";
	assert_int_equal(ask(TOKEN, &terminal), -EPERM);
	assert_int_equal(terminal, -1);
	assert_int_equal(boot.shell_remote.pid, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_token_opens_a_shell),
		TEST(the_workers_word_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
