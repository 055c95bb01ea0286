/* The clock is only ever set forward, and not by the test of it. */
/* wrap: clock_gettime settimeofday */
#include "lib/clock_floor.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <sys/time.h>
#include <time.h>

static time_t now_s;
static time_t was_set_to_s;
static int refusal;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	assert_int_equal(clock, CLOCK_REALTIME);
	*now = (struct timespec){ .tv_sec = now_s };
	return 0;
}

int __wrap_settimeofday(const struct timeval *tv, const struct timezone *tz);
int __wrap_settimeofday(const struct timeval *tv, const struct timezone *tz)
{
	assert_null(tz);
	errno = refusal;
	was_set_to_s = tv->tv_sec;
	return refusal ? -1 : 0;
}

static void a_clock_before_the_build_is_set(void **state)
{
	(void)state;
	assert_true(clock_floor_s() > 1700000000); /* this tree is younger */
	now_s = 0;
	assert_int_equal(clock_floor_raise(), 1);
	assert_int_equal(was_set_to_s, clock_floor_s());
	refusal = EPERM;
	assert_int_equal(clock_floor_raise(), -EPERM);
}

static void a_clock_behind_it_is_left_alone(void **state)
{
	(void)state;
	was_set_to_s = 0;
	now_s = (time_t)clock_floor_s();
	assert_int_equal(clock_floor_raise(), 0);
	now_s = (time_t)clock_floor_s() + 1000000;
	assert_int_equal(clock_floor_raise(), 0);
	assert_int_equal(was_set_to_s, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_before_the_build_is_set),
		cmocka_unit_test(a_clock_behind_it_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
