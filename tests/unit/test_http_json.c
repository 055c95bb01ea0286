/* Reading the JSON that PID 1 writes. */
#include "http/json.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static void assert_text(struct text t, const char *expected)
{
	if (!expected) {
		assert_null(t.s);
		return;
	}
	assert_int_equal(t.len, strlen(expected));
	assert_memory_equal(t.s, expected, t.len);
}

static void members_are_found_by_name(void **state)
{
	struct text object = text_of("{\n  \"a\": 1, \"b\":{\"a\":[2,{\"c\":\"}]\"}]},\n"
				     "\"ab\" : \"x\\\"y\",\"n\":null }");

	(void)state;
	assert_text(json_member(object, "a"), "1");
	assert_text(json_member(object, "b"), "{\"a\":[2,{\"c\":\"}]\"}]}");
	assert_text(json_member(object, "ab"), "\"x\\\"y\"");
	assert_text(json_member(object, "n"), "null");
	assert_text(json_member(object, "c"), NULL);
	assert_text(json_member(json_member(object, "b"), "a"), "[2,{\"c\":\"}]\"}]");
}

static void elements_come_one_after_the_other(void **state)
{
	struct text array = text_of("[ 1, \"a,b\" ,[2,3],{\"x\":[]}\n]"), element;

	(void)state;
	assert_true(json_take(&array, &element));
	assert_text(element, "1");
	assert_true(json_take(&array, &element));
	assert_text(element, "\"a,b\"");
	assert_true(json_take(&array, &element));
	assert_text(element, "[2,3]");
	assert_true(json_take(&array, &element));
	assert_text(element, "{\"x\":[]}");
	assert_false(json_take(&array, &element));
	array = text_of("[]");
	assert_false(json_take(&array, &element));
}

static void what_is_not_json_ends_early(void **state)
{
	static const char *const texts[] = { "",	  "{",	       "[",    "{\"a\"",
					     "{\"a\":",	  "{\"a\":\"", "[\"",  "{a:1}",
					     "{\"b\" 1}", "[[",	       "\"\\", "]" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct text array = text_of(texts[i]), element;

		assert_null(json_member(text_of(texts[i]), "a").s);
		assert_false(json_take(&array, &element));
	}
	assert_null(json_member((struct text){ NULL, 0 }, "a").s);
}

static void strings_are_decoded(void **state)
{
	char decoded[64];
	struct buf b = BUF_OVER(decoded);

	(void)state;
	assert_true(
		json_put_string(text_of("\"a\\\"\\\\\\n\\u0041\\u00e9\\uFFFD\""), &b));
	assert_string_equal(decoded, "a\"\\\nA\xc3\xa9\xef\xbf\xbd");
	assert_false(json_put_string(text_of("12"), &b));
	assert_false(json_put_string(text_of(""), &b));
	b = BUF_OVER(decoded);
	assert_true(json_put_string(text_of("\"\\u12\""),
				    &b)); /* cut: no more than is there */
}

static void numbers_are_read(void **state)
{
	(void)state;
	assert_int_equal(json_u64(text_of("4096")), 4096);
	assert_int_equal(json_u64(text_of("-1")), 0);
	assert_int_equal(json_u64(text_of("null")), 0);
	assert_int_equal(json_u64((struct text){ NULL, 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(elements_come_one_after_the_other),
		cmocka_unit_test(what_is_not_json_ends_early),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(numbers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
