#include "initramfs/bootconfig.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static void put(struct bytes *image, const char *text)
{
	bootconfig_put(image, (const uint8_t *)text, strlen(text));
}

/* As tools/bootconfig of Linux 6.1 writes it. */
static void test_the_bytes_that_the_kernel_expects(void **state)
{
	static const char expected[] = "abcde"
				       "a=1\n\0\0\0"
				       "\x07\0\0\0"
				       "\xd9\0\0\0"
				       "#BOOTCONFIG\n";
	struct bytes image = { 0 };

	(void)state;
	bytes_put(&image, "abcde", 5);
	put(&image, "a=1\n");
	assert_int_equal(image.len, sizeof(expected) - 1);
	assert_memory_equal(image.data, expected, sizeof(expected) - 1);
	bytes_free(&image);
}

static void test_what_was_put_is_found(void **state)
{
	static const char text[] = "kernel.root=LABEL=root";

	(void)state;
	for (size_t len = 0; len < 9; len++) {
		struct bytes image = { 0 };
		struct bootconfig found;

		bytes_put(&image, "12345678", len);
		put(&image, text);
		assert_int_equal(image.len % 4, 0);
		for (unsigned after = 0; after < 4; after++) {
			assert_int_equal(bootconfig_find(image.data, image.len, &found),
					 0);
			assert_int_equal(found.start, len);
			assert_int_equal(found.text_len, strlen(text));
			assert_memory_equal(found.text, text, strlen(text));
			bytes_put(&image, "", 1);
		}
		assert_int_equal(bootconfig_find(image.data, image.len, &found), -ENOENT);
		bytes_free(&image);
	}
}

static void test_what_is_damaged_or_not_there(void **state)
{
	struct bytes image = { 0 };
	struct bootconfig found;

	(void)state;
	put(&image, "a=1");
	for (size_t cut = 1; cut < image.len; cut++)
		assert_int_not_equal(bootconfig_find(image.data + cut, image.len - cut,
						     &found),
				     0);
	image.data[0] ^= 1;
	assert_int_equal(bootconfig_find(image.data, image.len, &found), -EUCLEAN);
	memset(image.data + image.len - 20, 0xff, 4);
	assert_int_equal(bootconfig_find(image.data, image.len, &found), -EUCLEAN);
	assert_int_equal(bootconfig_find(image.data, 0, &found), -ENOENT);
	bytes_free(&image);
}

static void test_texts_the_kernel_would_not_take(void **state)
{
	static uint8_t text[BOOTCONFIG_TEXT_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_null(bootconfig_check(text, sizeof(text) - 1));
	assert_non_null(bootconfig_check(text, sizeof(text)));
	assert_non_null(bootconfig_check(text, 0));
	assert_null(bootconfig_check((const uint8_t *)"a = \"\xc3\xa4\"\n\t# b", 13));
	assert_non_null(bootconfig_check((const uint8_t *)"a\0b", 3));
	assert_non_null(bootconfig_check((const uint8_t *)"\x1f\x8b", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_bytes_that_the_kernel_expects),
		cmocka_unit_test(test_what_was_put_is_found),
		cmocka_unit_test(test_what_is_damaged_or_not_there),
		cmocka_unit_test(test_texts_the_kernel_would_not_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
