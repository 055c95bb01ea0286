/* The calendar, against the libc's. */
#include "lib/date.h"

#include "tests/unit/cmocka_all.h"
#include <time.h>

static void expect_as_libc(int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct date d = date_of(seconds);
	struct tm tm;

	assert_non_null(gmtime_r(&time, &tm));
	assert_int_equal(d.year, tm.tm_year + 1900);
	assert_int_equal(d.month, tm.tm_mon + 1);
	assert_int_equal(d.day, tm.tm_mday);
	assert_int_equal(d.hour, tm.tm_hour);
	assert_int_equal(d.minute, tm.tm_min);
	assert_int_equal(d.second, tm.tm_sec);
}

static void dates_are_those_of_the_libc(void **state)
{
	(void)state;
	for (int64_t day = -200000; day < 400000; day++)
		expect_as_libc(day * 86400 - 1 + (day & 1));
	expect_as_libc(0);
	expect_as_libc(951782399); /* 2000-02-28 23:59:59 */
	expect_as_libc(UINT32_MAX);
}

static void dates_compare_by_their_largest_difference(void **state)
{
	struct date a = date_of(951782399), b = date_of(951782400), c = date_of(0);

	(void)state;
	assert_int_equal(date_compare(&a, &a), 0);
	assert_true(date_compare(&a, &b) < 0);
	assert_true(date_compare(&b, &a) > 0);
	assert_true(date_compare(&c, &a) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_those_of_the_libc),
		cmocka_unit_test(dates_compare_by_their_largest_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
