#include "initramfs/tree.h"
#include "lib/buf.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct tree tree;

static int free_tree(void **state)
{
	(void)state;
	tree_free(&tree);
	return 0;
}

static void add(const char *path, mode_t mode, const char *text)
{
	struct bytes contents = { 0 };

	bytes_put(&contents, text, strlen(text));
	tree_add(&tree, path, mode, &contents);
}

static void add_file(const char *path, const char *text)
{
	add(path, S_IFREG | 0644, text);
}

static void add_link(const char *path, const char *target)
{
	add(path, S_IFLNK | 0777, target);
}

static void expect(const char *names)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	assert_int_equal(tree_finish(&tree), 0);
	for (size_t i = 0; i < tree.count; i++)
		buf_printf(&b, "%s ", tree.entries[i].path);
	assert_string_equal(text, names);
}

/* In whatever order they come. */
static void test_what_is_below_a_link_moves_to_its_target(void **state)
{
	(void)state;
	add_file("/lib/a", "a");
	add_link("/lib", "usr/lib");
	add_file("/lib/deep/b", "b");
	add_file("/usr/lib/c", "c");
	tree_add_folder(&tree, "/lib", 0700);
	expect(". lib usr usr/lib usr/lib/a usr/lib/c usr/lib/deep usr/lib/deep/b ");
	assert_int_equal(tree.entries[3].mode, S_IFDIR | 0700);
}

/* The link itself is below a link, and others are below where it goes. */
static void test_links_below_links(void **state)
{
	(void)state;
	add_link("/lib", "/usr/lib");
	add_link("/lib/x", "../y");
	add_file("/usr/lib/x/f", "f");
	add_link("/usr/bin", "nowhere");
	add_file("/usr/bin/g", "g");
	expect(". lib usr usr/bin usr/lib usr/lib/x usr/nowhere usr/nowhere/g usr/y "
	       "usr/y/f ");
}

static void test_the_same_twice_is_once(void **state)
{
	(void)state;
	add_link("/bin", "usr/bin");
	add_file("/bin/sh", "same");
	add_file("/usr/bin/sh", "same");
	add_link("/bin", "usr/bin");
	expect(". bin usr usr/bin usr/bin/sh ");
}

static void expect_error(int err)
{
	assert_int_equal(tree_finish(&tree), err);
	tree_free(&tree);
}

static void test_what_cannot_both_be(void **state)
{
	(void)state;
	add_file("/a", "one");
	add_file("/a", "two");
	expect_error(-EEXIST);
	add_file("/a", "one");
	add("/a", S_IFREG | 0755, "one");
	expect_error(-EEXIST);
	add_file("/a", "file");
	add_file("/a/b", "below");
	expect_error(-ENOTDIR);
	add_file("/a/b", "below");
	add_file("/a", "file");
	expect_error(-ENOTDIR);
	add_link("/a", "f");
	add_file("/f", "file");
	add_file("/a/b", "below");
	expect_error(-ENOTDIR);
	add_link("/a", "b");
	add_link("/b", "a");
	add_file("/a/b", "below");
	expect_error(-ELOOP);
}

/* A circle that nothing is below stays as it is: the kernel makes such links too. */
static void test_links_in_a_circle(void **state)
{
	(void)state;
	add_link("/a", "b");
	add_link("/b", "a");
	expect(". a b ");
}

/* What locks the image must stand before /init. */
static void test_etc_cannot_be_elsewhere(void **state)
{
	(void)state;
	add_link("/etc", "usr/etc");
	add_file("/etc/rootling/sealed", "x");
	expect_error(-ELOOP);
}

static void test_ten_thousand_files(void **state)
{
	(void)state;
	add_link("/lib", "usr/lib");
	for (unsigned i = 0; i < 10000; i++) {
		char path[64];

		FORMAT(path, "/lib/modules/kernel/drivers/%u/%u.ko", i % 100, i);
		add_file(path, "");
	}
	assert_int_equal(tree_finish(&tree), 0);
	assert_int_equal(tree.count, 10000 + 100 + 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_what_is_below_a_link_moves_to_its_target,
					  free_tree),
		cmocka_unit_test_teardown(test_links_below_links, free_tree),
		cmocka_unit_test_teardown(test_the_same_twice_is_once, free_tree),
		cmocka_unit_test_teardown(test_what_cannot_both_be, free_tree),
		cmocka_unit_test_teardown(test_links_in_a_circle, free_tree),
		cmocka_unit_test_teardown(test_etc_cannot_be_elsewhere, free_tree),
		cmocka_unit_test_teardown(test_ten_thousand_files, free_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
