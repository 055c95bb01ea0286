#include "initramfs/universal.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static struct universal set;

static int parse(const char *text)
{
	universal_free(&set);
	return universal_parse(text, strlen(text), "set", &set);
}

static bool has(const char *path)
{
	return universal_has(&set, path, strlen(path));
}

static int choose(const char *with, const char *without)
{
	struct strings yes = { 0 }, no = { 0 };
	int err;

	if (with)
		strings_add(&yes, with);
	if (without)
		strings_add(&no, without);
	err = universal_choose(&set, &yes, &no);
	strings_free(&yes);
	strings_free(&no);
	return err;
}

static int teardown(void **state)
{
	(void)state;
	universal_free(&set);
	return 0;
}

static void test_patterns(void **state)
{
	(void)state;
	assert_int_equal(parse("# all of it\n[disk]\n drivers/ata/* \r\n\n"
			       "!drivers/ata/pata_*\ndrivers/ata/pata_sch\n"),
			 0);
	assert_true(has("kernel/drivers/ata/ahci.ko"));
	assert_true(has("kernel/drivers/ata/x/deep.ko.xz"));
	assert_true(has("updates/drivers/ata/ahci.ko.zst"));
	assert_true(has("kernel/drivers/ata/pata_sch.ko"));
	assert_false(has("kernel/drivers/ata/pata_old.ko"));
	assert_false(has("kernel/drivers/at.ko"));
	assert_false(has("kernel/drivers/ata/ahci"));
	assert_false(has(".ko"));
	assert_false(has(""));
}

/* A `!` counts in its own section alone. */
static void test_sections(void **state)
{
	(void)state;
	assert_int_equal(parse("[a]\nx/*\n!x/b\n[b optional]\nx/b\n[c]\n"), 0);
	assert_true(has("kernel/x/a.ko"));
	assert_false(has("kernel/x/b.ko"));
	assert_int_equal(choose("b", NULL), 0);
	assert_true(has("kernel/x/b.ko"));
	assert_int_equal(choose("b", "all"), 0);
	assert_false(has("kernel/x/a.ko"));
	assert_true(has("kernel/x/b.ko"));
	assert_int_equal(choose(NULL, "b"), 0);
	assert_false(has("kernel/x/b.ko"));
	assert_int_equal(choose("d", NULL), -ENOENT);
	assert_int_equal(choose(NULL, "d"), -ENOENT);
}

static void test_what_is_no_set(void **state)
{
	static const char *const wrong[] = {
		"fs/*\n", "[", "[]", "[a", "[a b]", "[a optional x]", "[a]\nfs/* net/*\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse(wrong[i]), -EINVAL);
	assert_int_equal(parse(""), 0);
	assert_false(has("kernel/a.ko"));
}

static void test_the_set_of_this_program(void **state)
{
	(void)state;
	assert_int_equal(parse(universal_text), 0);
	assert_true(has("kernel/drivers/nvme/host/nvme.ko"));
	assert_true(has("kernel/drivers/usb/storage/uas.ko.xz"));
	assert_true(has("kernel/fs/ext4/ext4.ko"));
	assert_false(has("kernel/drivers/gpu/drm/amd/amdgpu/amdgpu.ko"));
	assert_false(has("kernel/drivers/scsi/lpfc/lpfc.ko"));
	assert_false(has("kernel/drivers/net/wireless/intel/iwlwifi/iwlwifi.ko"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_patterns, teardown),
		cmocka_unit_test_teardown(test_sections, teardown),
		cmocka_unit_test_teardown(test_what_is_no_set, teardown),
		cmocka_unit_test_teardown(test_the_set_of_this_program, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
