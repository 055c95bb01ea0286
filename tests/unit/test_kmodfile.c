#include "initramfs/kmodfile.h"
#include "tests/unit/image_fixture.h"

#include <errno.h>

static struct bytes module(const char *modinfo, size_t len)
{
	struct bytes file = { 0 };

	put_module("m.ko", modinfo, len);
	assert_int_equal(file_read(in_folder("m.ko"), &file), 0);
	return file;
}

#define MODULE_FILE(info) module(info, sizeof(info))

static void test_modinfo_is_read_key_by_key(void **state)
{
	struct bytes file =
		MODULE_FILE("alias=a\0license=GPL\0aliases=no\0alias=b=c\0alias");
	struct modinfo info, again;

	(void)state;
	assert_int_equal(kmodfile_modinfo(file.data, file.len, &info), 0);
	again = info;
	assert_string_equal(modinfo_next(&info, "alias"), "a");
	assert_string_equal(modinfo_next(&info, "alias"), "b=c");
	assert_null(modinfo_next(&info, "alias"));
	assert_string_equal(modinfo_next(&again, "license"), "GPL");
	bytes_free(&file);
}

static void test_what_is_no_module_has_none(void **state)
{
	struct bytes file = MODULE_FILE("alias=a");
	struct modinfo info;

	(void)state;
	assert_int_equal(kmodfile_modinfo(file.data, 0, &info), -ENOEXEC);
	assert_int_equal(kmodfile_modinfo((const uint8_t *)"junk", 4, &info), -ENOEXEC);
	assert_int_equal(kmodfile_modinfo(file.data, sizeof(Elf64_Ehdr), &info),
			 -ENOEXEC);
	((Elf64_Shdr *)(file.data + sizeof(Elf64_Ehdr)))[1].sh_size = file.len;
	assert_int_equal(kmodfile_modinfo(file.data, file.len, &info), -ENOEXEC);
	bytes_free(&file);
}

/* A text of which the last string has no end is cut where it still has one. */
static void test_modinfo_without_its_end(void **state)
{
	struct bytes file = module("alias=a\0alias=b", 15);
	struct modinfo info;

	(void)state;
	assert_int_equal(kmodfile_modinfo(file.data, file.len, &info), 0);
	assert_string_equal(modinfo_next(&info, "alias"), "a");
	assert_null(modinfo_next(&info, "alias"));
	bytes_free(&file);
}

#define MAGIC "~Module signature appended~\n"

static void test_the_signature_is_behind_the_module(void **state)
{
	/* a signer of 1 byte, a key of 2, a signature of 4 */
	static const char signed_text[] = "moduleSKKabcd\0\0\2\1\2\0\0\0\0\0\0\4" MAGIC,
			  longer[] = "module\0\0\2\0\0\0\0\0\0\0\0\7" MAGIC,
			  none[] = MAGIC;

	(void)state;
	assert_int_equal(kmodfile_unsigned_len((const uint8_t *)signed_text,
					       sizeof(signed_text) - 1),
			 6);
	assert_int_equal(kmodfile_unsigned_len((const uint8_t *)signed_text,
					       sizeof(signed_text) - 2),
			 sizeof(signed_text) - 2);
	assert_int_equal(kmodfile_unsigned_len((const uint8_t *)longer,
					       sizeof(longer) - 1),
			 sizeof(longer) - 1);
	assert_int_equal(kmodfile_unsigned_len((const uint8_t *)none, sizeof(none) - 1),
			 sizeof(none) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_modinfo_is_read_key_by_key),
		TEST(test_what_is_no_module_has_none),
		TEST(test_modinfo_without_its_end),
		TEST(test_the_signature_is_behind_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
