#include "initramfs/compress.h"
#include "tests/unit/image_fixture.h"

static void test_modules_come_with_all_they_need(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--load", "disk-a"), 0);
	expect_names(BASE
		     "etc/modules-load.d etc/modules-load.d/rootling.conf lib "
		     "lib/modules lib/modules/6.9-x lib/modules/6.9-x/bus.ko "
		     "lib/modules/6.9-x/disk-a.ko lib/modules/6.9-x/modules.alias.bin "
		     "lib/modules/6.9-x/modules.dep.bin "
		     "lib/modules/6.9-x/modules.softdep lib/modules/6.9-x/sum.ko "
		     "proc run sys ");
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644, "disk_a\n");
	expect_file("lib/modules/6.9-x/modules.softdep", S_IFREG | 0644,
		    "softdep sum post: disk_a\nsoftdep disk_a pre: sum\n");
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_a", false,
		     "disk-a.ko: bus.ko ");
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_b", false, "");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "of:NxTyCdisk_b", true,
		     "disk_a ");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "pci:v00001AF4d00001001",
		     true, "disk_a ");
}

/* The soft ones of modprobe.d in the image, and the weak ones that only the image is for. */
static void test_modules_that_are_wanted_softly(void **state)
{
	char add[256], *file;
	uint32_t mode;

	(void)state;
	put_text("soft.conf",
		 "softdep bus post: disk-b nowhere\nsoftdep nowhere pre: sum\n");
	put_text("6.9-x/modules.weakdep", "weakdep disk_b crypto-sum inside\n");
	snprintf(add, sizeof(add), "%s:/etc/modprobe.d/soft.conf",
		 in_folder("soft.conf"));
	assert_int_equal(BUILD("--load", "bus", "--add", add), 0);
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_b", false, "disk-b.ko: ");
	file = contents("lib/modules/6.9-x/sum.ko", &mode);
	assert_non_null(file);
	free(file);
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644, "bus\n");
	file = contents("lib/modules/6.9-x/modules.softdep", &mode);
	assert_non_null(strstr(file, "softdep bus post: disk_b\n"));
	free(file);
}

/* All that an alias names; the first in modules.order is the first to be found again. */
static void test_modules_by_alias(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--load", "pci:v00001AF4d00001001", "-m", "crypto-sum"),
			 0);
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644,
		    "disk_b\ndisk_a\n");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "pci:v00001AF4d00001001",
		     true, "disk_b disk_a ");
}

static void test_a_built_in_module_is_known_but_not_loaded(void **state)
{
	uint32_t mode;

	(void)state;
	assert_int_equal(BUILD("--load", "inside"), 0);
	assert_null(contents("etc/modules-load.d/rootling.conf", &mode));
	expect_names(BASE "lib lib/modules lib/modules/6.9-x "
			  "lib/modules/6.9-x/modules.builtin.bin proc run sys ");
	expect_index("lib/modules/6.9-x/modules.builtin.bin", "inside", false, " ");
}

/* So that asking for the alias in the image finds what is built in, too. */
static void test_an_alias_of_what_is_built_in(void **state)
{
	struct modindex_row alias[] = { { "fs_in*", "inside", 0 },
					{ "other", "inside", 0 } };

	(void)state;
	put_index("6.9-x/modules.builtin.alias.bin", alias, 2);
	assert_int_equal(BUILD("--load", "fs-inside", "-m", "inside"), 0);
	expect_index("lib/modules/6.9-x/modules.builtin.bin", "inside", false, " ");
	expect_index("lib/modules/6.9-x/modules.builtin.alias.bin", "fs_inside", true,
		     "inside ");
	expect_index("lib/modules/6.9-x/modules.builtin.alias.bin", "other", true, "");
}

/* Puts the module NAME of the fixture into the file NAME.ko@suffix, packed by @how. */
static void pack_as(const char *name, const char *how, const char *suffix)
{
	char *plain = mem_printf("6.9-x/kernel/%s.ko", name),
	     *path = mem_printf("%s%s", plain, suffix);
	struct bytes file = { 0 }, packed = { 0 };
	struct packing packing;

	assert_int_equal(packing_parse(how, &packing), 0);
	assert_int_equal(file_read(in_folder(plain), &file), 0);
	assert_int_equal(packing_pack(&packing, file.data, file.len, &packed), 0);
	put_file(path, packed.data, packed.len);
	unlink(in_folder(plain));
	bytes_free(&file);
	bytes_free(&packed);
	free(plain);
	free(path);
}

static void test_packed_modules_come_plain(void **state)
{
	struct modindex_row dep[] = {
		{ "disk_a", "kernel/disk-a.ko.gz: kernel/bus.ko.zst", 3 },
		{ "bus", "kernel/bus.ko.zst:", 1 },
		{ "sum", "kernel/sum.ko:", 0 },
	};
	uint32_t mode;
	char *file;

	(void)state;
	put_index("6.9-x/modules.dep.bin", dep, 3);
	pack_as("disk-a", "gzip", ".gz");
	pack_as("bus", "zstd", ".zst");
	assert_int_equal(BUILD("--load", "disk-a"), 0);
	expect_index("lib/modules/6.9-x/modules.dep.bin", "disk_a", false,
		     "disk-a.ko: bus.ko ");
	expect_index("lib/modules/6.9-x/modules.dep.bin", "bus", false, "bus.ko: ");
	expect_index("lib/modules/6.9-x/modules.alias.bin", "pci:v00001AF4d1", true,
		     "disk_a ");
	file = contents("lib/modules/6.9-x/bus.ko", &mode);
	assert_non_null(file);
	assert_memory_equal(file, ELFMAG, SELFMAG);
	free(file);
	put_file("6.9-x/kernel/bus.ko.zst", "\x28\xb5\x2f\xfdjunk", 8);
	assert_int_equal(BUILD("--load", "disk-a"), 1);
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

/* Without modules.softdep and the aliases a module is still one. */
static void test_optional_files_may_be_absent(void **state)
{
	(void)state;
	unlink(in_folder("6.9-x/modules.softdep"));
	unlink(in_folder("6.9-x/modules.alias.bin"));
	unlink(in_folder("6.9-x/modules.builtin.bin"));
	assert_int_equal(BUILD("--load", "bus"), 0);
	expect_index("lib/modules/6.9-x/modules.dep.bin", "bus", false, "bus.ko: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_modules_come_with_all_they_need),
		TEST(test_modules_that_are_wanted_softly),
		TEST(test_modules_by_alias),
		TEST(test_a_built_in_module_is_known_but_not_loaded),
		TEST(test_an_alias_of_what_is_built_in),
		TEST(test_packed_modules_come_plain),
		TEST(test_names_that_are_no_module),
		TEST(test_a_folder_that_holds_no_modules),
		TEST(test_a_module_that_cannot_be_read),
		TEST(test_optional_files_may_be_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
