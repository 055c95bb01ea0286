#include "initramfs/kernel_version.h"
#include "tests/unit/image_fixture.h"

static void expect_kernel(const char *wanted)
{
	char *got = kernel_version_default(in_folder("root"));

	if (wanted) {
		assert_non_null(got);
		assert_string_equal(got, wanted);
	} else {
		assert_null(got);
	}
	free(got);
}

static void test_the_newest_with_modules_is_taken(void **state)
{
	(void)state;
	expect_kernel(NULL);
	mkdir(in_folder("root"), 0755);
	mkdir(in_folder("root/usr"), 0755);
	mkdir(in_folder("root/usr/lib"), 0755);
	mkdir(in_folder("root/usr/lib/modules"), 0755);
	assert_int_equal(symlink("/usr/lib", in_folder("root/lib")), 0);
	expect_kernel(NULL);
	mkdir(in_folder("root/usr/lib/modules/6.20-gone"), 0755);
	expect_kernel(NULL);
	mkdir(in_folder("root/usr/lib/modules/6.9-x"), 0755);
	mkdir(in_folder("root/usr/lib/modules/6.10-y"), 0755);
	put_text("root/usr/lib/modules/6.9-x/modules.order", "");
	expect_kernel("6.9-x");
	put_text("root/usr/lib/modules/6.10-y/modules.order", "");
	expect_kernel("6.10-y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_newest_with_modules_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
