#include "tests/unit/image_fixture.h"

static void test_modules_come_with_all_they_need(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--load", "disk-a"), 0);
	expect_names(
		BASE
		"etc/modules-load.d etc/modules-load.d/rootling.conf init lib "
		"lib/modules "
		"lib/modules/6.9-x lib/modules/6.9-x/kernel "
		"lib/modules/6.9-x/kernel/bus.ko "
		"lib/modules/6.9-x/kernel/disk-a.ko lib/modules/6.9-x/kernel/sum.ko "
		"lib/modules/6.9-x/modules.alias.bin lib/modules/6.9-x/modules.dep.bin "
		"lib/modules/6.9-x/modules.softdep proc run sys ");
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644, "disk_a\n");
	expect_file("lib/modules/6.9-x/modules.softdep", S_IFREG | 0644,
		    "softdep sum post: disk_a\nsoftdep disk_a pre: sum\n");
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_a", false,
		     "kernel/disk-a.ko: kernel/bus.ko ");
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_b", false, "");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "of:NxTyCdisk_b", true,
		     "disk_a ");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "pci:v00001AF4d00001001",
		     true, "disk_a ");
}

/* All that an alias names; the first in modules.order is the first to be found again. */
static void test_modules_by_alias(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--load", "pci:v00001AF4d00001001", "-m", "crypto-sum"),
			 0);
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644,
		    "disk_a\ndisk_b\n");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "pci:v00001AF4d00001001",
		     true, "disk_b disk_a ");
}

static void test_a_built_in_module_is_known_but_not_loaded(void **state)
{
	uint32_t mode;

	(void)state;
	assert_int_equal(BUILD("--load", "inside"), 0);
	assert_null(contents("etc/modules-load.d/rootling.conf", &mode));
	expect_names(BASE "init lib lib/modules lib/modules/6.9-x "
			  "lib/modules/6.9-x/modules.builtin.bin proc run sys ");
	expect_index("lib/modules/6.9-x/modules.builtin.bin", "inside", false, " ");
}

static void test_names_that_are_no_module(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--load", "nowhere"), 1);
	assert_int_equal(BUILD("--module", "pci:[unclosed"), 1);
	assert_int_equal(BUILD("--module", ""), 1);
	expect_only_in_folder("6.9-x init ");
}

static void test_a_folder_that_holds_no_modules(void **state)
{
	(void)state;
	unlink(in_folder("6.9-x/modules.dep.bin"));
	assert_int_equal(BUILD("--load", "bus"), 1);
	put_text("6.9-x/modules.dep.bin", "kernel/bus.ko:");
	assert_int_equal(BUILD("--load", "bus"), 1);
	expect_only_in_folder("6.9-x init ");
}

/* The name is in the index, the file is gone or is none of the kernel's. */
static void test_a_module_that_cannot_be_read(void **state)
{
	(void)state;
	put_text("6.9-x/kernel/bus.ko", "junk");
	assert_int_equal(BUILD("--load", "bus"), 1);
	unlink(in_folder("6.9-x/kernel/bus.ko"));
	assert_int_equal(BUILD("--load", "disk-a"), 1);
	expect_only_in_folder("6.9-x init ");
}

/* Without modules.order, modules.softdep and the aliases a module is still one. */
static void test_optional_files_may_be_absent(void **state)
{
	(void)state;
	unlink(in_folder("6.9-x/modules.order"));
	unlink(in_folder("6.9-x/modules.softdep"));
	unlink(in_folder("6.9-x/modules.alias.bin"));
	unlink(in_folder("6.9-x/modules.builtin.bin"));
	assert_int_equal(BUILD("--load", "bus"), 0);
	expect_index("lib/modules/6.9-x/modules.dep.bin", "bus", false,
		     "kernel/bus.ko: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_modules_come_with_all_they_need),
		TEST(test_modules_by_alias),
		TEST(test_a_built_in_module_is_known_but_not_loaded),
		TEST(test_names_that_are_no_module),
		TEST(test_a_folder_that_holds_no_modules),
		TEST(test_a_module_that_cannot_be_read),
		TEST(test_optional_files_may_be_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
