/* Lines of fstab(5), and what the kernel says about a mount. */
#include "mount/fstab.h"

#include "lib/str.h"
#include "mount/kmsg.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static void lines_are_cut_into_fields(void **state)
{
	char text[] = "# comment\n"
		      "\n"
		      "  \t# comment too\n"
		      "UUID=1-2\t/usr  ext4 defaults,noatime\t0 2\n"
		      "tmpfs /tmp tmpfs\n"
		      "  LABEL=a /b auto rw 1 # not a number";
	struct fstab fstab = { .rest = text };
	struct fstab_entry entry;

	(void)state;
	assert_int_equal(fstab_next(&fstab, &entry), 1);
	assert_int_equal(fstab.line, 4);
	assert_string_equal(entry.source, "UUID=1-2");
	assert_string_equal(entry.target, "/usr");
	assert_string_equal(entry.type, "ext4");
	assert_string_equal(entry.options, "defaults,noatime");
	assert_int_equal(entry.pass, 2);
	assert_int_equal(fstab_next(&fstab, &entry), 1);
	assert_int_equal(fstab.line, 5);
	assert_string_equal(entry.type, "tmpfs");
	assert_string_equal(entry.options, "");
	assert_int_equal(entry.pass, 0);
	assert_int_equal(fstab_next(&fstab, &entry), 1);
	assert_string_equal(entry.source, "LABEL=a");
	assert_int_equal(entry.pass, 0);
	assert_int_equal(fstab_next(&fstab, &entry), 0);
	assert_int_equal(fstab_next(&fstab, &entry), 0);
}

static void octal_escapes_are_bytes(void **state)
{
	static const struct {
		const char *written, *meant;
	} fields[] = {
		{ "/a\\040b", "/a b" },
		{ "\\011\\012\\134", "\t\n\\" },
		{ "/\\303\\274", "/\303\274" },
		{ "a\\000b", "a\\000b" },
		{ "\\400", "\\400" },
		{ "\\08", "\\08" },
		{ "\\04", "\\04" },
		{ "\\", "\\" },
		{ "\\134040", "\\040" },
		{ "\\x20", "\\x20" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char text[64] = "source ";
		struct fstab fstab = { .rest = text };
		struct fstab_entry entry;

		strcat(text, fields[i].written);
		strcat(text, " auto");
		assert_int_equal(fstab_next(&fstab, &entry), 1);
		assert_string_equal(entry.target, fields[i].meant);
	}
}

static void a_line_that_is_none_is_told_and_passed(void **state)
{
	char text[] = "nonsense\n/dev/vda /only-two\nproc /proc proc\n";
	struct fstab fstab = { .rest = text };
	struct fstab_entry entry;

	(void)state;
	assert_int_equal(fstab_next(&fstab, &entry), -EINVAL);
	assert_int_equal(fstab.line, 1);
	assert_int_equal(fstab_next(&fstab, &entry), -EINVAL);
	assert_int_equal(fstab_next(&fstab, &entry), 1);
	assert_int_equal(fstab.line, 3);
	assert_int_equal(fstab_next(&fstab, &entry), 0);
}

static void only_what_the_kernel_says_about_this_mount_counts(void **state)
{
	static const struct {
		const char *record, *text;
	} records[] = {
		{ "3,1,2,-;EXT4-fs (vda): bad geometry\n KEY=1\n",
		  "EXT4-fs (vda): bad geometry" },
		{ "3,1,2,-;ext4: Unknown parameter 'x'", "ext4: Unknown parameter 'x'" },
		{ "6,1,2,-;EXT4-fs (vdb): mounted", NULL },
		{ "3,1,2,-;usb 1-1: reset", NULL },
		{ "14,1,2,-;rootling: mount /dev/vda", NULL },
		{ "30,1,2,-;vda", NULL },
		{ "3,1,2,-,no end", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		char record[128];
		const char *text;

		assert_int_equal(str_copy(record, sizeof(record), records[i].record), 0);
		text = kmsg_match(record, "vda", "ext4");
		if (records[i].text)
			assert_string_equal(text, records[i].text);
		else
			assert_null(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_cut_into_fields),
		cmocka_unit_test(octal_escapes_are_bytes),
		cmocka_unit_test(a_line_that_is_none_is_told_and_passed),
		cmocka_unit_test(only_what_the_kernel_says_about_this_mount_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
