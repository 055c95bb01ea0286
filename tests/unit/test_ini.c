#include "initramfs/ini.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

/* Reads one entry of @line, which may be a wrong one. */
static int read_one(const char *line, struct ini_entry *e, const char **problem)
{
	static char text[512];
	struct ini_reader r;
	int found;

	strncpy(text, line, sizeof(text) - 1);
	r = ini_reader_over(text, strlen(text));
	found = ini_next(&r, e);
	*problem = r.problem;
	return found;
}

static void expect_read(const char *line, const char *value)
{
	const char *problem;
	struct ini_entry e;

	assert_int_equal(read_one(line, &e, &problem), 1);
	assert_string_equal(e.key, "key");
	assert_string_equal(e.value, value);
}

static void expect_problem(const char *line, const char *wanted)
{
	const char *problem;
	struct ini_entry e;

	assert_int_equal(read_one(line, &e, &problem), -EINVAL);
	assert_non_null(strstr(problem, wanted));
}

static void test_values(void **state)
{
	(void)state;
	expect_read("key=value", "value");
	expect_read(" \tkey \t= two  words \t\r", "two  words");
	expect_read("key =", "");
	expect_read("key = # nothing", "");
	expect_read("key = a #b", "a");
	expect_read("key = a#b", "a#b");
	expect_read("key = a;b ;c", "a;b ;c");
	expect_read("key = root=LABEL=x ro", "root=LABEL=x ro");
	expect_read("key = root=\"LABEL=a #b\" # c", "root=\"LABEL=a #b\"");
	expect_read("key = it's # so", "it's");
}

static void test_quoted_values(void **state)
{
	(void)state;
	expect_read("key = \" a # b \" # c", " a # b ");
	expect_read("key = ' a \\n # b '; c", " a \\n # b ");
	expect_read("key = \"a\\\\b\\\"c\\nd\\te\"", "a\\b\"c\nd\te");
	expect_read("key = \"\"", "");
	expect_problem("key = \"a", "closing quote");
	expect_problem("key = 'a\"", "closing quote");
	expect_problem("key = \"a\" b", "follows");
	expect_problem("key = \"\\x\"", "backslash");
	expect_problem("key = \"a\\", "backslash");
}

static void test_lines_that_are_wrong(void **state)
{
	(void)state;
	expect_problem("key", "key = value");
	expect_problem("= value", "not a key");
	expect_problem("a key = value", "not a key");
	expect_problem("[build", "]");
	expect_problem("[build] x", "follows");
}

static void test_a_file(void **state)
{
	char text[] = "\xef\xbb\xbf# comment\n\n ; another\r\n"
		      "before = 1\nwrong\n[ build ] # x\r\nafter = 2\r\n\nlast =\t3";
	struct ini_reader r = ini_reader_over(text, sizeof(text) - 1);
	struct ini_entry e;

	(void)state;
	assert_int_equal(ini_next(&r, &e), 1);
	assert_string_equal(e.key, "before");
	assert_string_equal(r.section, "");
	assert_int_equal(r.line, 4);
	assert_int_equal(ini_next(&r, &e), -EINVAL);
	assert_int_equal(r.line, 5);
	assert_int_equal(ini_next(&r, &e), 1);
	assert_string_equal(r.section, "build");
	assert_string_equal(e.value, "2");
	assert_int_equal(ini_next(&r, &e), 1);
	assert_string_equal(e.value, "3");
	assert_int_equal(r.line, 9);
	assert_int_equal(ini_next(&r, &e), 0);
	assert_int_equal(ini_next(&r, &e), 0);
}

static void test_a_zero_byte_is_no_end(void **state)
{
	char text[] = "a = 1\nb\0 = 2\nc = 3\n";
	struct ini_reader r = ini_reader_over(text, sizeof(text) - 1);
	struct ini_entry e;

	(void)state;
	assert_int_equal(ini_next(&r, &e), 1);
	assert_int_equal(ini_next(&r, &e), -EINVAL);
	assert_non_null(strstr(r.problem, "zero byte"));
	assert_int_equal(ini_next(&r, &e), 1);
	assert_string_equal(e.key, "c");
}

static void test_what_is_written_is_read_again(void **state)
{
	static const char *const values[] = { "",	"a",	 " a",	      "a ",
					      "a # b",	"'a'",	 "\"a\" b",   "a\\n",
					      "a\n\tb", "\\\"'", "x=\"y #z\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct bytes out = { 0 };

		ini_put(&out, "key", values[i]);
		bytes_put(&out, " # x", 5);
		expect_read((char *)out.data, values[i]);
		bytes_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_quoted_values),
		cmocka_unit_test(test_lines_that_are_wrong),
		cmocka_unit_test(test_a_file),
		cmocka_unit_test(test_a_zero_byte_is_no_end),
		cmocka_unit_test(test_what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
