#include "initramfs/dlopen_note.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static struct dlopen_wants wants;

static int read_note(const char *json)
{
	dlopen_wants_free(&wants);
	return dlopen_note_read(json, strlen(json), &wants);
}

static int free_wants(void **state)
{
	(void)state;
	dlopen_wants_free(&wants);
	return 0;
}

static void test_names_with_priorities(void **state)
{
	(void)state;
	assert_int_equal(
		read_note("[{\"feature\":\"a\",\"priority\":\"required\","
			  "\"soname\":[\"liba.so.2\",\"liba.so.1\"]}, "
			  "{\"soname\" : [ \"libb.so\" ] , \"priority\":\"suggested\"},"
			  "{\"soname\":[\"libc.so\"]}]"),
		0);
	assert_int_equal(wants.count, 3);
	assert_int_equal(wants.items[0].priority, DLOPEN_REQUIRED);
	assert_int_equal(wants.items[0].names.count, 2);
	assert_string_equal(wants.items[0].names.items[1], "liba.so.1");
	assert_int_equal(wants.items[1].priority, DLOPEN_SUGGESTED);
	assert_int_equal(wants.items[2].priority, DLOPEN_RECOMMENDED);
}

static void test_what_is_not_known_is_skipped(void **state)
{
	(void)state;
	assert_int_equal(read_note("[{\"x\":{\"y\":[1,-2.5e+3,[]],\"z\":{}},\"t\":true,"
				   "\"d\":\"a\\\"b\\u0041\\n\",\"soname\":[\"l\\u0041\"],"
				   "\"priority\":\"urgent\"}]"),
			 0);
	assert_string_equal(wants.items[0].names.items[0], "lA");
	assert_int_equal(wants.items[0].priority, DLOPEN_RECOMMENDED);
	assert_int_equal(read_note("[]"), 0);
	assert_int_equal(read_note("[{}]"), 0);
}

/* The bytes behind the NUL pad the note. */
static void test_a_nul_ends_it(void **state)
{
	static const char json[] = "[{\"soname\":[\"a\"]}]\0\0x";

	(void)state;
	dlopen_wants_free(&wants);
	assert_int_equal(dlopen_note_read(json, sizeof(json), &wants), 0);
	assert_int_equal(wants.count, 1);
}

static void test_what_is_no_note(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[",
		"[{]",
		"[{\"a\"}]",
		"[{\"a\":}]",
		"[] x",
		"[{\"soname\":1}]",
		"[{\"a\":\"b]",
		"[{\"a\":[1 2]}]",
		"[{\"a\":1},]",
		"[{\"soname\":[\"a\"",
		"[{\"a\":\"\\",
		"[{\"a\":\"\\u00",
		"[{\"priority\":1}]",
		"[{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_note(bad[i]), -EUCLEAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_with_priorities),
		cmocka_unit_test(test_what_is_not_known_is_skipped),
		cmocka_unit_test(test_a_nul_ends_it),
		cmocka_unit_test(test_what_is_no_note),
	};

	return cmocka_run_group_tests(tests, NULL, free_wants);
}
