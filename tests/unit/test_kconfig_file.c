#include "initramfs/compress.h"
#include "initramfs/kconfig_file.h"
#include "tests/unit/image_fixture.h"

#include <errno.h>

static const char text[] = "CONFIG_RD_GZIP=y\n# a CONFIG_RD_XZ=y\nCONFIG_RD_XZ_X=y\n"
			   "# CONFIG_RD_XZ is not set\nCONFIG_EXT4_FS=m\nCONFIG_HZ=250\n"
			   "CONFIG_LSM=\"yama\"";

static void expect_read(const char *given, const char *file)
{
	struct kernel_config config;

	assert_int_equal(kernel_config_open(&config, folder, "6.9-x", in_folder("6.9-x"),
					    given),
			 0);
	assert_string_equal(config.path, in_folder(file));
	assert_int_equal(kernel_config_get(&config, "RD_GZIP"), 'y');
	assert_int_equal(kernel_config_get(&config, "EXT4_FS"), 'm');
	assert_int_equal(kernel_config_get(&config, "RD_XZ"), 'n');
	assert_int_equal(kernel_config_get(&config, "HZ"), 'n');
	assert_int_equal(kernel_config_get(&config, "LSM"), 'n');
	assert_int_equal(kernel_config_get(&config, "EXT"), 'n');
	kernel_config_free(&config);
	assert_int_equal(kernel_config_get(&config, "RD_GZIP"), 'n');
}

static void test_the_first_that_is_there_is_read(void **state)
{
	(void)state;
	mkdir(in_folder("6.9-x/build"), 0755);
	put_text("6.9-x/build/.config", text);
	expect_read(NULL, "6.9-x/build/.config");
	mkdir(in_folder("boot"), 0755);
	put_text("boot/config-6.9-x", text);
	expect_read(NULL, "boot/config-6.9-x");
	put_text("6.9-x/config", text);
	expect_read(NULL, "6.9-x/config");
	put_text("given", text);
	expect_read(in_folder("given"), "given");
}

static void test_none_is_no_mishap_unless_it_was_given(void **state)
{
	struct kernel_config config;

	(void)state;
	assert_int_equal(kernel_config_open(&config, folder, "6.9-x", in_folder("6.9-x"),
					    NULL),
			 -ENOENT);
	assert_int_equal(kernel_config_get(&config, "RD_GZIP"), 'n');
	assert_int_equal(kernel_config_open(&config, NULL, NULL, NULL, in_folder("no")),
			 -ENOENT);
	assert_int_equal(kernel_config_open(&config, NULL, NULL, NULL, folder), -EISDIR);
}

static void test_gzip_is_unpacked(void **state)
{
	struct packing packing;
	struct bytes packed = { 0 };

	(void)state;
	assert_int_equal(packing_parse("gzip", &packing), 0);
	assert_int_equal(packing_pack(&packing, text, sizeof(text) - 1, &packed), 0);
	put_file("config.gz", packed.data, packed.len);
	bytes_free(&packed);
	expect_read(in_folder("config.gz"), "config.gz");
	put_file("config.gz", "\x1f\x8bjunk", 6);
	assert_int_equal(kernel_config_open(&(struct kernel_config){ 0 }, NULL, NULL,
					    NULL, in_folder("config.gz")),
			 -EUCLEAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_first_that_is_there_is_read),
		TEST(test_none_is_no_mishap_unless_it_was_given),
		TEST(test_gzip_is_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
