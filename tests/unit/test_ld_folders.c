#include "initramfs/ld_folders.h"
#include "initramfs/mem.h"
#include "tests/unit/image_fixture.h"

static void expect_expanded(const char *word, const char *wanted)
{
	char *got = ld_folders_expand(word, strlen(word), "/opt/bin", "lib64");

	assert_true(!got == !wanted);
	if (wanted)
		assert_string_equal(got, wanted);
	free(got);
}

static void test_words_of_a_runpath(void **state)
{
	(void)state;
	expect_expanded("/usr/lib/x", "/usr/lib/x");
	expect_expanded("$ORIGIN/../lib", "/opt/bin/../lib");
	expect_expanded("${ORIGIN}", "/opt/bin");
	expect_expanded("/usr/$LIB/x", "/usr/lib64/x");
	expect_expanded("$ORIGIN/${LIB}", "/opt/bin/lib64");
	expect_expanded("/usr/$PLATFORM", NULL);
	expect_expanded("${PLATFORM}/x", NULL);
	expect_expanded("lib", NULL);
	expect_expanded("", NULL);
	expect_expanded("/a$", "/a$");
	expect_expanded("/a${LIB", "/a${LIB");
}

static void expect_list(struct strings *list, const char *wanted)
{
	char text[512];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&b, "%s ", list->items[i]);
	assert_string_equal(text, wanted);
	strings_free(list);
}

static void test_built_in_folders(void **state)
{
	struct elf_kind kind = { ELFCLASS64, ELFDATA2LSB, EM_AARCH64 };
	struct strings list = { 0 };

	(void)state;
	ld_folders_default(&kind, &list);
	expect_list(&list, "/lib/aarch64-linux-gnu /usr/lib/aarch64-linux-gnu /lib64 "
			   "/usr/lib64 /lib /usr/lib ");
	kind.machine = EM_SPARC;
	ld_folders_default(&kind, &list);
	expect_list(&list, "/lib /usr/lib ");
}

static void test_ld_so_conf_with_what_it_includes(void **state)
{
	struct strings list = { 0 };

	(void)state;
	mkdir(in_folder("etc"), 0755);
	mkdir(in_folder("etc/conf.d"), 0755);
	put_text("etc/ld.so.conf", "# comment\n/first  # rest\n"
				   "include conf.d/*.conf\n  /last=libc6\nhwcap 0 x\n"
				   "include ld.so.conf\ninclude /nowhere/*\n");
	put_text("etc/conf.d/b.conf", "/b\n/first\n");
	put_text("etc/conf.d/a.conf", "/a\nrelative");
	put_text("etc/conf.d/.hidden.conf", "/hidden\n");
	put_text("etc/conf.d/other", "/other\n");
	ld_folders_conf(folder, "/etc/ld.so.conf", &list);
	expect_list(&list, "/first /a /b /last ");
	ld_folders_conf(folder, "/etc/nothing.conf", &list);
	expect_list(&list, "");
}

static void test_folders_of_musl(void **state)
{
	struct strings list = { 0 };
	char *path;

	(void)state;
	assert_null(ld_folders_musl(folder, "/lib/ld-musl-x86_64.so.1", &list));
	expect_list(&list, "/lib /usr/local/lib /usr/lib ");
	mkdir(in_folder("etc"), 0755);
	put_text("etc/ld-musl-x86_64.path", "/x:/y\n/z\n");
	path = ld_folders_musl(folder, "/lib/ld-musl-x86_64.so.1", &list);
	assert_string_equal(path, "/etc/ld-musl-x86_64.path");
	expect_list(&list, "/x /y /z ");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words_of_a_runpath),
		TEST(test_built_in_folders),
		TEST(test_ld_so_conf_with_what_it_includes),
		TEST(test_folders_of_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
