/* Lines as /proc/self/mounts has them. */
#include "mount/mountlist.h"

#include "tests/unit/cmocka_all.h"
#include <string.h>

static char text[1024];
static char *targets[4];

static size_t parse(const char *lines, size_t max)
{
	strncpy(text, lines, sizeof(text) - 1);
	return mountlist_parse(text, targets, max);
}

static void mount_points_come_in_their_order(void **state)
{
	(void)state;
	assert_int_equal(parse("rootfs / rootfs rw 0 0\nproc /proc proc rw,nosuid 0 0\n"
			       "/dev/vda /mnt ext4 rw 0 0\n",
			       4),
			 3);
	assert_string_equal(targets[0], "/");
	assert_string_equal(targets[1], "/proc");
	assert_string_equal(targets[2], "/mnt");
}

static void escapes_are_undone(void **state)
{
	(void)state;
	assert_int_equal(parse("x /a\\040b\\011c\\134d\\012e x rw 0 0\nx /\\04 x rw 0 0",
			       4),
			 2);
	assert_string_equal(targets[0], "/a b\tc\\d\ne");
	assert_string_equal(targets[1], "/\\04");
}

static void the_newest_are_kept(void **state)
{
	(void)state;
	assert_int_equal(parse("a /1 a\nb /2 b\nc /3 c\n", 2), 2);
	assert_string_equal(targets[0], "/2");
	assert_string_equal(targets[1], "/3");
}

static void what_is_no_line_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(parse("", 4), 0);
	assert_int_equal(parse("word\n\n \nx /y", 4), 1);
	assert_string_equal(targets[0], "/y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_points_come_in_their_order),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(the_newest_are_kept),
		cmocka_unit_test(what_is_no_line_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
