/* Waiting for the kernel's randomness, which a test machine has had for long. */
/* wrap: getrandom */
#include "lib/entropy.h"

#include "lib/klibc.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags);
static bool comes_while_waiting;
static bool is_there;

/* As the kernel before its generator is seeded: only a call that may block makes progress, and a
 * signal ends it. */
ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags)
{
	if (!is_there && (flags & GRND_NONBLOCK)) {
		errno = EAGAIN;
		return -1;
	}
	if (!is_there && !comes_while_waiting) {
		(void)pause();
		errno = EINTR;
		return -1;
	}
	is_there = true;
	memset(data, 7, size > 256 ? 256 : size);
	return size > 256 ? 256 : (ssize_t)size;
}

static void what_is_there_is_not_waited_for(void **state)
{
	uint8_t bytes[1000] = { 0 };

	(void)state;
	is_there = true;
	assert_int_equal(entropy_wait(1), 0);
	assert_int_equal(entropy_fill(bytes, sizeof(bytes)), 0);
	assert_int_equal(bytes[999], 7);
}

static void what_comes_while_waiting_is_taken(void **state)
{
	uint8_t byte;

	(void)state;
	is_there = false;
	comes_while_waiting = true;
	assert_int_equal(entropy_fill(&byte, 1), -EAGAIN);
	assert_int_equal(entropy_wait(60), 0);
}

static void the_wait_ends_and_leaves_the_signal_as_it_was(void **state)
{
	struct sigaction now;

	(void)state;
	is_there = false;
	comes_while_waiting = false;
	assert_int_equal(entropy_wait(1), -EAGAIN);
	assert_int_equal(sigaction(SIGALRM, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_not_waited_for),
		cmocka_unit_test(what_comes_while_waiting_is_taken),
		cmocka_unit_test(the_wait_ends_and_leaves_the_signal_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
