#include "initramfs/mem.h"
#include "initramfs/setting.h"
#include "lib/buf.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

struct options {
	bool loud;
	char *name, *how;
	struct strings words, lines;
	bool left, right, lit;
};

#define FIELD(name) offsetof(struct options, name)
enum { LOUD, NAME, HOW, WORDS, LINES, GROUP, LEFT, RIGHT, LIT };

static const struct flag flags[] = {
	[LOUD] = { 'l', "loud", FLAG_SWITCH, NULL, "", FIELD(loud) },
	[NAME] = { 'n', "name", FLAG_STRING, "NAME", "", FIELD(name) },
	[HOW] = { 0, "how", FLAG_CHOICE, "well|badly", "", FIELD(how) },
	[WORDS] = { 0, "words", FLAG_WORDS, "WORD", "", FIELD(words) },
	[LINES] = { 0, "lines", FLAG_LIST, "LINE", "", FIELD(lines) },
	[GROUP] = { 0, "Sides", FLAG_GROUP },
	[LEFT] = { 0, "left", FLAG_SWITCH, NULL, "", FIELD(left), .either = 1 },
	[RIGHT] = { 0, "right", FLAG_SWITCH, NULL, "", FIELD(right), .either = 1 },
	[LIT] = { 0, "lit", FLAG_SWITCH, NULL, "", FIELD(lit), .otherwise = "yes" },
	{ 0 },
};

static void add(struct settings *s, unsigned flag, const char *value, unsigned source)
{
	assert_null(settings_add(s, &flags[flag], value, "here", source));
}

static void expect_wrong(struct settings *s, unsigned flag, const char *value,
			 const char *problem)
{
	size_t before = s->count;
	char *got = settings_add(s, &flags[flag], value, "there", 0);

	assert_non_null(got);
	assert_string_equal(got, problem);
	assert_int_equal(s->count, before);
	free(got);
}

/* All that counts, in its order. */
static void expect_settings(const struct settings *s, const char *wanted)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < s->count; i++)
		buf_printf(&b, "%s=%s ", s->items[i].flag->name, s->items[i].value);
	assert_string_equal(text, wanted);
}

static void test_the_last_value_counts(void **state)
{
	struct settings s = { 0 };

	(void)state;
	add(&s, NAME, "a", 0);
	add(&s, LOUD, "Yes", 0);
	add(&s, NAME, "b", 0);
	add(&s, LOUD, "off", 1);
	expect_settings(&s, "name=b loud=no ");
	assert_string_equal(settings_value(&s, "name"), "b");
	add(&s, NAME, "", 1);
	assert_null(settings_value(&s, "name"));
	assert_null(settings_value(&s, "how"));
	settings_free(&s);
}

static void test_lists_add_up_until_they_are_emptied(void **state)
{
	struct settings s = { 0 };

	(void)state;
	add(&s, WORDS, "a  b", 0);
	add(&s, LINES, "one line", 0);
	add(&s, WORDS, "c", 1);
	expect_settings(&s, "words=a words=b lines=one line words=c ");
	add(&s, WORDS, "", 1);
	add(&s, WORDS, "d", 1);
	expect_settings(&s, "lines=one line words= words=d ");
	settings_free(&s);
}

static void test_values_are_checked(void **state)
{
	struct settings s = { 0 };

	(void)state;
	add(&s, HOW, "badly", 0);
	expect_wrong(&s, HOW, "bad", "`bad' is not one of well|badly");
	expect_wrong(&s, HOW, "badly|well", "`badly|well' is not one of well|badly");
	expect_wrong(&s, LOUD, "very", "`very' is not one of yes|no");
	expect_wrong(&s, LOUD, "", "`' is not one of yes|no");
	add(&s, HOW, "", 0);
	settings_free(&s);
}

static void test_alternatives_exclude_each_other_in_one_source(void **state)
{
	struct settings s = { 0 };

	(void)state;
	add(&s, LEFT, "yes", 0);
	expect_wrong(&s, RIGHT, "yes", "excludes left (here)");
	add(&s, RIGHT, "no", 0);
	expect_settings(&s, "left=yes right=no ");
	add(&s, RIGHT, "yes", 1);
	expect_settings(&s, "right=yes ");
	add(&s, LEFT, "no", 2);
	expect_settings(&s, "right=yes left=no ");
	settings_free(&s);
}

static void test_settings_become_options(void **state)
{
	struct settings s = { 0 };
	struct options o = { 0 };

	(void)state;
	add(&s, LOUD, "1", 0);
	add(&s, NAME, "a b", 0);
	add(&s, HOW, "", 0);
	add(&s, WORDS, "", 0);
	add(&s, WORDS, "c d", 0);
	settings_apply(&s, flags, &o);
	assert_true(o.loud);
	assert_string_equal(o.name, "a b");
	assert_null(o.how);
	assert_int_equal(o.words.count, 2);
	assert_string_equal(o.words.items[1], "d");
	assert_int_equal(o.lines.count, 0);
	settings_free(&s);
	strings_free(&o.words);
	free(o.name);
}

static void test_a_switch_can_be_on_by_itself(void **state)
{
	struct settings s = { 0 };
	struct options first = { 0 }, second = { 0 };

	(void)state;
	settings_apply(&s, flags, &first);
	assert_true(first.lit);
	assert_false(first.loud);
	add(&s, LIT, "no", 0);
	settings_apply(&s, flags, &second);
	assert_false(second.lit);
	settings_free(&s);
}

static void test_flags_are_found(void **state)
{
	(void)state;
	assert_ptr_equal(flag_by_name(flags, "name=x", 4), &flags[NAME]);
	assert_null(flag_by_name(flags, "Sides", 5));
	assert_null(flag_by_name(flags, "nam", 3));
	assert_ptr_equal(flag_by_letter(flags, 'l'), &flags[LOUD]);
	assert_null(flag_by_letter(flags, 'x'));
	assert_ptr_equal(flag_like(flags, "rigth"), &flags[RIGHT]);
	assert_ptr_equal(flag_like(flags, "line"), &flags[LINES]);
	assert_null(flag_like(flags, "anything"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_value_counts),
		cmocka_unit_test(test_lists_add_up_until_they_are_emptied),
		cmocka_unit_test(test_values_are_checked),
		cmocka_unit_test(test_alternatives_exclude_each_other_in_one_source),
		cmocka_unit_test(test_settings_become_options),
		cmocka_unit_test(test_a_switch_can_be_on_by_itself),
		cmocka_unit_test(test_flags_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
