/* modprobe.d(5): which entries a text holds, and which file of several folders counts. */
#include "lib/buf.h"
#include "modules/dropin.h"
#include "modules/modconf.h"
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const kinds[] = { "options", "blacklist", "alias",	"softdep",
				     "refuse",	"pretend",   "command", "bad" };

/* The entries as `LINE:KIND NAME|VALUE` lines. */
static void expect(const char *text, const char *expected)
{
	char copy[1024], out[1024];
	struct buf b = BUF_OVER(out);
	struct modconf_reader reader = { .rest = copy };
	struct modconf_entry e;

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	while (modconf_next(&reader, &e))
		buf_printf(&b, "%u:%s %s|%s\n", e.line, kinds[e.kind], e.name, e.value);
	assert_string_equal(out, expected);
}

static void each_command_is_an_entry(void **state)
{
	(void)state;
	expect("options snd-hda a=1 b=\"x y\"\n"
	       "blacklist pcspkr\n"
	       "alias eth-? e1000e\n"
	       "softdep ext4 pre: crc32c post: x-y\n"
	       "remove foo /bin/x\nweakdep a b\n",
	       "1:options snd_hda|a=1 b=\"x y\"\n"
	       "2:blacklist pcspkr|\n"
	       "3:alias eth_?|e1000e\n"
	       "4:softdep ext4|pre: crc32c post: x-y\n");
}

static void of_install_only_true_and_false_are_known(void **state)
{
	(void)state;
	expect("install a /bin/false\ninstall b /usr/bin/true\ninstall c /sbin/modprobe -i c\n"
	       "install d /bin/false --x\ninstall e true\n",
	       "1:refuse a|/bin/false\n2:pretend b|/usr/bin/true\n"
	       "3:command c|/sbin/modprobe -i c\n4:command d|/bin/false --x\n"
	       "5:pretend e|true\n");
}

static void comments_blanks_and_continued_lines(void **state)
{
	(void)state;
	expect("# a comment \\\nthat goes on\n\n \t options\tx  \\\n  a=1 \\\n b=2 \r\n"
	       "blacklist y",
	       "4:options x|a=1  b=2\n7:blacklist y|\n");
	expect("", "");
	expect("options x a=1\\", "1:options x|a=1\\\n");
}

static void dashes_inside_of_brackets_stay(void **state)
{
	char out[16];

	(void)state;
	expect("alias a-[0-9]-* b-c\n", "1:alias a_[0-9]_*|b-c\n");
	assert_true(modconf_normal_alias("a-[b-c]-d", out, sizeof(out)));
	assert_string_equal(out, "a_[b-c]_d");
	assert_false(modconf_normal_alias("a[b", out, sizeof(out)));
	assert_false(modconf_normal_alias("a-very-long-alias", out, sizeof(out)));
}

static void what_says_nothing_is_said_with_its_line(void **state)
{
	(void)state;
	expect("\noptions\noptions x\nblacklist\nalias a\nalias a b c\nalias [a b\n"
	       "blacklist ../x\ninclude /etc/other\n",
	       "2:bad options|something is missing\n3:bad x|something is missing\n"
	       "4:bad blacklist|something is missing\n5:bad a|something is missing\n"
	       "6:bad a|not the name of one module\n7:bad [a|not a name\n"
	       "8:bad ../x|not a name\n9:bad include|unknown command\n");
}

static void words_of_a_value(void **state)
{
	char word[8];
	const char *rest = "  pre: a-very-long-word\tb ";

	(void)state;
	rest = modconf_word(rest, word, sizeof(word));
	assert_string_equal(word, "pre:");
	rest = modconf_word(rest, word, sizeof(word));
	assert_string_equal(word, "a-very-");
	rest = modconf_word(rest, word, sizeof(word));
	assert_string_equal(word, "b");
	assert_null(modconf_word(rest, word, sizeof(word)));
}

/* ---- folders */

static char root[] = "/tmp/modconfXXXXXX";

static void put(const char *path)
{
	char full[256], command[600];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	snprintf(command, sizeof(command), "mkdir -p $(dirname %s) && touch '%s'", full,
		 full);
	assert_int_equal(system(command), 0);
}

static void files_are_sorted_and_the_first_folder_wins(void **state)
{
	struct dropin files[DROPINS_MAX];
	char path[DROPIN_PATH_SIZE], expected[DROPIN_PATH_SIZE];
	char command[64];
	unsigned count;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(dropin_list(root, "x.d", files), 0);
	put("usr/lib/x.d/20-b.conf");
	put("etc/x.d/20-b.conf");
	put("lib/x.d/10-a.conf");
	put("run/x.d/30-c.conf");
	put("etc/x.d/README");
	put("etc/x.d/.hidden.conf");
	put("etc/x.d/a-name-that-is-longer-than-any-name-of-a-file-has-ever-needed-to-be.conf");
	count = dropin_list(root, "x.d", files);
	assert_int_equal(count, 3);
	assert_string_equal(files[0].name, "10-a.conf");
	assert_string_equal(files[1].folder, "/etc/");
	assert_string_equal(files[2].name, "30-c.conf");
	dropin_path(root, "x.d", &files[0], path);
	snprintf(expected, sizeof(expected), "%s/lib/x.d/10-a.conf", root);
	assert_string_equal(path, expected);
	for (int i = 0; i < DROPINS_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "etc/x.d/m%d.conf", i);
		put(name);
	}
	assert_int_equal(dropin_list(root, "x.d", files), DROPINS_MAX);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_is_an_entry),
		cmocka_unit_test(of_install_only_true_and_false_are_known),
		cmocka_unit_test(comments_blanks_and_continued_lines),
		cmocka_unit_test(dashes_inside_of_brackets_stay),
		cmocka_unit_test(what_says_nothing_is_said_with_its_line),
		cmocka_unit_test(words_of_a_value),
		cmocka_unit_test(files_are_sorted_and_the_first_folder_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
