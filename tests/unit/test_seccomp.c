#include "lib/seccomp.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENDED_WELL 7

/* What waitpid() says of a child that may only end, map memory and be asked who it is. */
static int status_of(void (*act)(void))
{
	static const uint16_t calls[] = { SYS_getpid, SYS_exit_group };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    seccomp_allow(calls, sizeof(calls) / sizeof(calls[0])))
			syscall(SYS_exit_group, 1);
		act();
		syscall(SYS_exit_group, ENDED_WELL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void ask(void)
{
	syscall(SYS_getpid);
}

static void map_memory(void)
{
	long at = syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at <= 0 || syscall(SYS_mprotect, at, 4096, PROT_READ) < 0)
		syscall(SYS_exit_group, 1);
}

static void map_code(void)
{
	syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0);
}

static void make_code(void)
{
	long at = syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	syscall(SYS_mprotect, at, 4096, PROT_READ | PROT_EXEC);
}

static void open_socket(void)
{
	syscall(SYS_socket, 2, 1, 0);
}

static void execute(void)
{
	syscall(SYS_execve, "/bin/true", NULL, NULL);
}

#ifdef __x86_64__
/* getpid() of i386 has the number of writev(). */
static void ask_in_the_old_way(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
	(void)result;
}

static void ask_as_x32(void)
{
	syscall(0x40000000 | SYS_getpid);
}
#endif

static void what_is_listed_works(void **state)
{
	static void (*const acts[])(void) = { ask, map_memory };

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int status = status_of(acts[i]);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), ENDED_WELL);
	}
}

static void anything_else_is_the_end(void **state)
{
	static void (*const acts[])(void) = {
		map_code,	    make_code,	open_socket, execute,
#ifdef __x86_64__
		ask_in_the_old_way, ask_as_x32,
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int status = status_of(acts[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("act %u: 0x%x", (unsigned)i, (unsigned)status);
	}
}

static void a_list_that_is_too_long_is_none(void **state)
{
	uint16_t calls[SECCOMP_CALLS_MAX + 1] = { 0 };

	(void)state;
	assert_int_equal(seccomp_allow(calls, SECCOMP_CALLS_MAX + 1), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_listed_works),
		cmocka_unit_test(anything_else_is_the_end),
		cmocka_unit_test(a_list_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
