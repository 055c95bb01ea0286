#include "initramfs/mem.h"
#include "initramfs/pathwalk.h"
#include "lib/str.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

static const char *const links[][2] = {
	{ "/lib", "usr/lib" },
	{ "/usr/lib/x.so", "x.so.1" },
	{ "/bin", "/usr/bin" },
	{ "/usr/bin/up", "../lib" },
	{ "/a", "b" },
	{ "/b", "a" },
	{ "/usr/bin/out", "../../../.." },
};

static char *read_link(void *ctx, const char *path)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (str_equal(path, links[i][0]))
			return mem_strdup(links[i][1]);
	return NULL;
}

static void expect(const char *path, const char *wanted)
{
	char *got = pathwalk(path, read_link, NULL);

	assert_non_null(got);
	assert_string_equal(got, wanted);
	free(got);
}

static void test_links_are_followed(void **state)
{
	(void)state;
	expect("/lib/x.so", "/usr/lib/x.so.1");
	expect("/bin/up/x.so", "/usr/lib/x.so.1");
	expect("/bin/../lib", "/usr/lib");
	expect("/bin/sh", "/usr/bin/sh");
	expect("/usr/bin/out/etc", "/etc");
}

static void test_a_path_without_links_is_made_plain(void **state)
{
	(void)state;
	expect("/", "/");
	expect("", "/");
	expect("//x/./y//", "/x/y");
	expect("/../..", "/");
	expect("/x/../y", "/y");
}

static void test_links_in_a_circle(void **state)
{
	(void)state;
	assert_null(pathwalk("/a", read_link, NULL));
	assert_null(pathwalk("/b/x", read_link, NULL));
}

static void expect_folder(const char *path, const char *wanted)
{
	char *got = pathwalk_folder(path);

	assert_string_equal(got, wanted);
	free(got);
}

static void test_the_folder_of_a_path(void **state)
{
	(void)state;
	expect_folder("/a/b", "/a");
	expect_folder("/a", "/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_are_followed),
		cmocka_unit_test(test_a_path_without_links_is_made_plain),
		cmocka_unit_test(test_links_in_a_circle),
		cmocka_unit_test(test_the_folder_of_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
