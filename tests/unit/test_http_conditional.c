#include "http/conditional.h"
#include "http/httpdate.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

/* RFC 9110, 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT */
#define MODIFIED 784111777
#define NOW	 1790000000 /* 2026 */

static const struct validators ours = { "\"v1\"", true, MODIFIED };

static void the_three_forms_are_one_date(void **state)
{
	static const char *const same[] = {
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
	};
	struct date expected = date_of(MODIFIED), got;
	char text[HTTPDATE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(httpdate_parse(text_of(same[i]), NOW, &got), 0);
		assert_int_equal(date_compare(&got, &expected), 0);
	}
	httpdate_format(MODIFIED, text);
	assert_string_equal(text, same[0]);
	assert_int_equal(httpdate_parse(text_of("Wed Nov 16 08:49:37 1994"), NOW, &got),
			 0);
	assert_int_equal(got.day, 16);
}

static void dates_are_written_as_they_are_read(void **state)
{
	(void)state;
	for (int64_t s = -86400LL * 4000; s < 253402300800; s += 86399LL * 97) {
		char text[HTTPDATE_SIZE];
		struct date got, expected = date_of(s);

		httpdate_format(s, text);
		assert_int_equal(httpdate_parse(text_of(text), NOW, &got), 0);
		assert_int_equal(date_compare(&got, &expected), 0);
	}
}

static void the_days_of_the_week_are_right(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} rows[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 GMT" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 GMT" },
		{ 4107542400, "Mon, 01 Mar 2100 00:00:00 GMT" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[HTTPDATE_SIZE];

		httpdate_format(rows[i].s, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_year_of_two_digits_is_at_most_50_years_ahead(void **state)
{
	static const struct {
		const char *text;
		int64_t now, year;
	} rows[] = {
		{ "Sunday, 06-Nov-94 08:49:37 GMT", NOW, 1994 },
		{ "Sunday, 06-Nov-26 08:49:37 GMT", NOW, 2026 },
		{ "Sunday, 06-Nov-75 08:49:37 GMT", NOW, 2075 },
		{ "Sunday, 06-Nov-77 08:49:37 GMT", NOW, 1977 },
		{ "Sunday, 06-Nov-05 08:49:37 GMT", NOW, 2005 },
		{ "Sunday, 06-Nov-05 08:49:37 GMT", 2524608000 /* 2050 */, 2005 },
		{ "Sunday, 06-Nov-99 08:49:37 GMT", 2524608000, 2099 },
		{ "Sunday, 06-Nov-05 08:49:37 GMT", 0, 2005 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct date got;

		assert_int_equal(httpdate_parse(text_of(rows[i].text), rows[i].now, &got),
				 0);
		assert_int_equal(got.year, rows[i].year);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"0",
		"784111777",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"sun, 06 nov 1994 08:49:37 gmt",
		"Sun, 06 Nov 94 08:49:37 GMT",
		"Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 32 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT",
		"Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, -6 Nov 1994 08:49:37 GMT",
		"Sun Nov 6 08:49:37 1994",
		"Xyz, 06 Nov 1994 08:49:37 GMT",
	};
	struct date got;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(httpdate_parse(text_of(wrong[i]), NOW, &got), -EINVAL);
}

struct row {
	const char *match, *unmodified, *none_match, *modified;
	unsigned verdict;
};

static struct text text_or_none(const char *s)
{
	return s ? text_of(s) : (struct text){ NULL, 0 };
}

static unsigned judge(const struct row *row, const struct validators *v)
{
	struct http_request request = { 0 };

	request.fields[HTTP_IF_MATCH] = text_or_none(row->match);
	request.fields[HTTP_IF_UNMODIFIED_SINCE] = text_or_none(row->unmodified);
	request.fields[HTTP_IF_NONE_MATCH] = text_or_none(row->none_match);
	request.fields[HTTP_IF_MODIFIED_SINCE] = text_or_none(row->modified);
	return conditional_judge(&request, v, NOW);
}

#define SAME  "Sun, 06 Nov 1994 08:49:37 GMT"
#define OLDER "Sun, 06 Nov 1994 08:49:36 GMT"
#define NEWER "Sun, 06 Nov 1994 08:49:38 GMT"

static void conditions_are_judged_as_the_rfc_orders(void **state)
{
	static const struct row rows[] = {
		{ NULL, NULL, NULL, NULL, 0 },
		/* 13.1.1: strongly */
		{ "\"v1\"", NULL, NULL, NULL, 0 },
		{ "*", NULL, NULL, NULL, 0 },
		{ "\"v0\", \"v1\"", NULL, NULL, NULL, 0 },
		{ "\"v0\" ,\t\"v1\"", NULL, NULL, NULL, 0 },
		{ ", ,\"v1\"", NULL, NULL, NULL, 0 },
		{ "W/\"v1\"", NULL, NULL, NULL, 412 },
		{ "\"v0\"", NULL, NULL, NULL, 412 },
		{ "v1", NULL, NULL, NULL, 412 },
		{ "", NULL, NULL, NULL, 412 },
		{ "\"a,\"v1\"", NULL, NULL, NULL, 412 },
		/* 13.1.2: weakly */
		{ NULL, NULL, "\"v1\"", NULL, 304 },
		{ NULL, NULL, "W/\"v1\"", NULL, 304 },
		{ NULL, NULL, "*", NULL, 304 },
		{ NULL, NULL, "\"a\", W/\"b,c\", \"v1\"", NULL, 304 },
		{ NULL, NULL, "\"v0\"", NULL, 0 },
		{ NULL, NULL, "\"v1", NULL, 0 },
		{ NULL, NULL, "w/\"v1\"", NULL, 0 },
		{ NULL, NULL, "\"v0\"x, \"v1\"", NULL, 0 },
		/* 13.1.3 */
		{ NULL, NULL, NULL, SAME, 304 },
		{ NULL, NULL, NULL, NEWER, 304 },
		{ NULL, NULL, NULL, OLDER, 0 },
		{ NULL, NULL, NULL, "Sunday, 06-Nov-94 08:49:37 GMT", 304 },
		{ NULL, NULL, NULL, "Sun Nov  6 08:49:37 1994", 304 },
		{ NULL, NULL, NULL, "yesterday", 0 },
		{ NULL, NULL, "\"v0\"", SAME, 0 }, /* the date counts for nothing then */
		{ NULL, NULL, "\"v1\"", OLDER, 304 },
		/* 13.1.4 */
		{ NULL, SAME, NULL, NULL, 0 },
		{ NULL, NEWER, NULL, NULL, 0 },
		{ NULL, OLDER, NULL, NULL, 412 },
		{ NULL, "yesterday", NULL, NULL, 0 },
		{ "\"v1\"", OLDER, NULL, NULL, 0 }, /* nor does that one */
		{ "\"v0\"", NEWER, NULL, NULL, 412 },
		/* 13.2.2: first what guards against another state */
		{ "\"v0\"", NULL, "\"v1\"", NULL, 412 },
		{ "\"v1\"", NULL, "\"v1\"", NULL, 304 },
		{ NULL, OLDER, "\"v1\"", SAME, 412 },
		{ NULL, SAME, NULL, SAME, 304 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (judge(&rows[i], &ours) != rows[i].verdict)
			fail_msg("row %zu: %u", i, judge(&rows[i], &ours));
}

static void dates_count_for_nothing_where_there_is_none(void **state)
{
	static const struct validators undated = { "\"v1\"", false, 0 };
	static const struct row rows[] = {
		{ NULL, OLDER, NULL, NULL, 0 },
		{ NULL, NULL, NULL, NEWER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(judge(&rows[i], &undated), rows[i].verdict);
}

static void a_part_must_be_of_the_same_state(void **state)
{
	static const struct {
		const char *value;
		int64_t now;
		bool allowed;
	} rows[] = {
		{ NULL, NOW, true },
		{ "\"v1\"", NOW, true },
		{ "\"v0\"", NOW, false },
		{ "W/\"v1\"", NOW, false }, /* 13.1.5: strongly */
		{ "\"v0\", \"v1\"", NOW, false },
		{ "*", NOW, false },
		{ "", NOW, false },
		{ SAME, NOW, true },
		{ NEWER, NOW, false }, /* the very date */
		{ OLDER, NOW, false },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", NOW, true },
		{ SAME, MODIFIED + 2, true },
		{ SAME, MODIFIED + 1, false }, /* 8.8.2.2: may change again unseen */
		{ SAME, 0, false },	       /* no clock */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request request = { 0 };

		request.fields[HTTP_IF_RANGE] = text_or_none(rows[i].value);
		if (conditional_allows_range(&request, &ours, rows[i].now) !=
		    rows[i].allowed)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_forms_are_one_date),
		cmocka_unit_test(dates_are_written_as_they_are_read),
		cmocka_unit_test(the_days_of_the_week_are_right),
		cmocka_unit_test(a_year_of_two_digits_is_at_most_50_years_ahead),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(conditions_are_judged_as_the_rfc_orders),
		cmocka_unit_test(dates_count_for_nothing_where_there_is_none),
		cmocka_unit_test(a_part_must_be_of_the_same_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
