#include "initramfs/kernels.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* From old to new. */
static const char *const by_age[] = {
	"5.10.0-30-amd64",
	"6.1-rc2",
	"6.1-rc10",
	"6.1",
	"6.1.0-9-amd64",
	"6.1.0-10-amd64",
	"6.1.0-10-cloud-amd64",
	"6.1.99",
	"6.12.0-rc1-x",
	"6.12.0-1",
	"6.12.0-184467440737095516160",
};

#define COUNT (sizeof(by_age) / sizeof(by_age[0]))

static void test_versions_are_ordered_as_they_were_released(void **state)
{
	(void)state;
	for (size_t a = 0; a < COUNT; a++)
		for (size_t b = 0; b < COUNT; b++) {
			int order = kernel_compare(by_age[a], by_age[b]);

			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
		}
	assert_int_equal(kernel_compare("6.01", "6.1"), 0);
	assert_true(kernel_compare("6.1", "6.1.0") < 0);
	assert_true(kernel_compare("", "0a") < 0);
}

static void test_what_leads_elsewhere_is_no_version(void **state)
{
	(void)state;
	assert_true(kernel_is_version("6.1.0-10-amd64"));
	assert_false(kernel_is_version(""));
	assert_false(kernel_is_version("../6.1"));
	assert_false(kernel_is_version("6.1/.."));
	assert_false(kernel_is_version("-v"));
}

static void put(const char *folder, const char *path)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	f = fopen(whole, "w");
	assert_non_null(f);
	fclose(f);
}

static void put_folder(const char *folder, const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	assert_int_equal(mkdir(whole, 0755), 0);
}

static void test_kernels_that_are_whole_are_listed_newest_first(void **state)
{
	char folder[] = "/tmp/test_kernels.XXXXXX", boot[64], modules[64], remove[64];
	struct strings found = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(boot, sizeof(boot), "%s/boot", folder);
	snprintf(modules, sizeof(modules), "%s/modules", folder);
	put_folder(folder, "boot");
	put_folder(folder, "modules");
	put(boot, "vmlinuz-6.1.0-9");
	put(boot, "vmlinux-6.1.0-9");
	put(boot, "vmlinuz-6.1.0-10");
	put(boot, "vmlinuz-6.1.0-11"); /* depmod is still to come */
	put(boot, "vmlinuz-6.1.0-12"); /* left behind */
	put(boot, "vmlinuz-");
	put(boot, "config-6.1.0-13");
	put_folder(modules, "6.1.0-9");
	put_folder(modules, "6.1.0-10");
	put_folder(modules, "6.1.0-11");
	put_folder(modules, "6.1.0-13");
	put(modules, "6.1.0-9/modules.dep");
	put(modules, "6.1.0-10/modules.dep");
	put(modules, "6.1.0-13/modules.dep");
	assert_int_equal(kernels_list(boot, modules, &found), 0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.items[0], "6.1.0-10");
	assert_string_equal(found.items[1], "6.1.0-9");
	assert_int_equal(kernels_list("/nowhere", modules, &found), -ENOENT);
	strings_free(&found);
	snprintf(remove, sizeof(remove), "rm -r %s", folder);
	assert_int_equal(system(remove), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions_are_ordered_as_they_were_released),
		cmocka_unit_test(test_what_leads_elsewhere_is_no_version),
		cmocka_unit_test(test_kernels_that_are_whole_are_listed_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
