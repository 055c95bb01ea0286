#include "http/range.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALL UINT64_MAX

static void expect(const char *value, uint64_t size, int err, const char *ranges)
{
	struct ranges r = { 0 };
	char got[256] = "";
	int got_err = range_parse(text_of(value), size, &r);

	if (got_err != err)
		fail_msg("%s of %llu: %d instead of %d", value, (unsigned long long)size,
			 got_err, err);
	for (unsigned i = 0; !err && i < r.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%llu+%llu",
			 i ? " " : "", (unsigned long long)r.list[i].first,
			 (unsigned long long)r.list[i].len);
	assert_string_equal(got, ranges);
}

/* RFC 9110, 14.1.2: its examples are of a file of 10000 bytes. */
static void the_examples_of_the_rfc(void **state)
{
	(void)state;
	expect("bytes=0-499", 10000, 0, "0+500");
	expect("bytes=500-999", 10000, 0, "500+500");
	expect("bytes=-500", 10000, 0, "9500+500");
	expect("bytes=9500-", 10000, 0, "9500+500");
	expect("bytes=0-0,-1", 10000, 0, "0+1 9999+1");
	expect("bytes= 0-999, 4500-5499, -1000", 10000, 0, "0+1000 4500+1000 9000+1000");
	expect("bytes=500-600,601-999", 10000, 0, "500+500");
	expect("bytes=500-700,601-999", 10000, 0, "500+500");
}

static void ends_beyond_the_file_are_its_end(void **state)
{
	(void)state;
	expect("bytes=0-10000", 10000, 0, "0+10000");
	expect("bytes=9999-20000", 10000, 0, "9999+1");
	expect("bytes=-20000", 10000, 0, "0+10000");
	expect("bytes=1-99999999999999999999999", 10000, 0, "1+9999");
	expect("bytes=-99999999999999999999999", 10000, 0, "0+10000");
	expect("bytes=0-18446744073709551615", 10000, 0, "0+10000");
	expect("bytes=0-", ALL, 0, "0+18446744073709551615");
	expect("bytes=-1", ALL, 0, "18446744073709551614+1");
}

static void what_is_not_there_cannot_be_satisfied(void **state)
{
	(void)state;
	expect("bytes=10000-", 10000, -ERANGE, "");
	expect("bytes=10000-10001,20000-", 10000, -ERANGE, "");
	expect("bytes=-0", 10000, -ERANGE, "");
	expect("bytes=99999999999999999999999-", 10000, -ERANGE, "");
	expect("bytes=20000-,0-1", 10000, 0, "0+2"); /* one is enough */
	expect("bytes=0-", 0, -EINVAL, "");	     /* the whole is no less */
	expect("bytes=-1", 0, -EINVAL, "");
}

static void what_is_wrong_is_ignored(void **state)
{
	static const char *const wrong[] = {
		"",	      "bytes",	     "bytes=",	      "bytes=,",     "bytes=-",
		"bytes=1",    "bytes=a-b",   "bytes=2-1",     "bytes=0-1,x", "bytes=0--1",
		"bytes=--1",  "bytes=0-1-2", "bytes=0x0-0x1", "bytes=+0-1",  "bytes =0-1",
		"lines=0-1",  "0-1",	     "bytes:0-1",     "bytes=0 -1",  "bytes=0- 1",
		"bytes=0-1;", "bytes=1.0-2", "bytes=0-1 2-3",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(wrong[i], 10000, -EINVAL, "");
	expect("BYTES=0-1", 10000, 0, "0+2"); /* 14.1: in any case */
	expect("bytes=,, 0-1 ,\t, 500-501,", 10000, 0, "0+2 500+2");
}

static void what_touches_becomes_one(void **state)
{
	(void)state;
	expect("bytes=0-9,5-14", 10000, 0, "0+15");
	expect("bytes=5-14,0-9", 10000, 0, "0+15");
	expect("bytes=0-9,10-19", 10000, 0, "0+20");
	expect("bytes=0-9,90-99", 10000, 0, "0+100"); /* what a part's head costs */
	expect("bytes=0-9,91-99", 10000, 0, "0+10 91+9");
	expect("bytes=0-999,100-199", 10000, 0, "0+1000");
	/* the third joins the first two, and what it makes swallows the fourth */
	expect("bytes=0-9,2000-2009,5-2005,9000-9009", 10000, 0, "0+2010 9000+10");
	/* in the order asked for */
	expect("bytes=9000-,0-9,5000-5009", 10000, 0, "9000+1000 0+10 5000+10");
	/* grown, it reaches one that it had passed by */
	expect("bytes=1000-1009,0-9,5-918", 10000, 0, "1000+10 0+919");
	expect("bytes=1000-1009,0-9,5-930", 10000, 0, "0+1010");
}

/* The field may have some thousand ranges, each of nearly everything. */
static void a_bomb_is_no_more_than_the_whole(void **state)
{
	static char value[8192];
	size_t len = (size_t)snprintf(value, sizeof(value), "bytes=0-");

	(void)state;
	for (unsigned i = 0; len < sizeof(value) - 16; i++)
		len += (size_t)snprintf(value + len, sizeof(value) - len, ",%u-", i);
	expect(value, 10000, 0, "0+10000");
	expect("bytes=0-1,200-201,400-401,600-601,800-801,1000-1001,1200-1201,1400-1401",
	       10000, 0, "0+2 200+2 400+2 600+2 800+2 1000+2 1200+2 1400+2");
	expect("bytes=0-1,200-201,400-401,600-601,800-801,1000-1001,1200-1201,1400-1401,"
	       "1600-1601",
	       10000, -EINVAL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_rfc),
		cmocka_unit_test(ends_beyond_the_file_are_its_end),
		cmocka_unit_test(what_is_not_there_cannot_be_satisfied),
		cmocka_unit_test(what_is_wrong_is_ignored),
		cmocka_unit_test(what_touches_becomes_one),
		cmocka_unit_test(a_bomb_is_no_more_than_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
