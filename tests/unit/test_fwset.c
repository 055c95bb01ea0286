#include "initramfs/compress.h"
#include "initramfs/fwset.h"
#include "tests/unit/image_fixture.h"

#include <errno.h>
#include <sys/stat.h>

static struct fwset set;
static struct tree tree;

/* a is plain; b comes packed, from updates; c and its folder are links. */
static int make_firmware(void **state)
{
	struct bytes packed = { 0 };
	struct packing packing;
	int err = make_folder(state);

	for (size_t i = 0; i < 5; i++) {
		static const char *const folders[] = { "lib", "lib/firmware",
						       "lib/firmware/v",
						       "lib/firmware/updates",
						       "lib/firmware/6.9-x" };

		mkdir(in_folder(folders[i]), 0755);
	}
	put_text("lib/firmware/a.bin", "plain a");
	put_text("lib/firmware/v/a1.fw", "a1");
	put_text("lib/firmware/v/a2.fw.txt", "a2");
	put_text("lib/firmware/updates/both", "newer");
	put_text("lib/firmware/both", "older");
	put_text("lib/firmware/6.9-x/versioned", "for 6.9-x");
	packing_parse("zstd", &packing);
	assert_int_equal(packing_pack(&packing, "packed b", 8, &packed), 0);
	put_file("lib/firmware/updates/b.bin.zst", packed.data, packed.len);
	bytes_free(&packed);
	err |= symlink("../a.bin", in_folder("lib/firmware/v/c.bin"));
	err |= symlink("v", in_folder("lib/firmware/w"));
	err |= symlink("/lib/firmware/a.bin", in_folder("lib/firmware/absolute"));
	err |= symlink("b.bin.zst", in_folder("lib/firmware/updates/d.bin.zst"));
	err |= symlink("nowhere", in_folder("lib/firmware/dangling"));
	err |= symlink("/../../../../etc/passwd", in_folder("lib/firmware/out"));
	fwset_open(&set, folder, NULL, "6.9-x", &tree);
	return err;
}

static int remove_firmware(void **state)
{
	tree_free(&tree);
	fwset_free(&set);
	return remove_folder(state);
}

static void expect(const char *path, mode_t type, const char *text)
{
	size_t found = 0;

	for (size_t i = 0; i < tree.count; i++) {
		const struct tree_entry *e = &tree.entries[i];

		if (strcmp(e->path, path) != 0)
			continue;
		found++;
		assert_int_equal(e->mode & S_IFMT, type);
		assert_int_equal(e->contents.len, strlen(text));
		assert_memory_equal(e->contents.data, text, e->contents.len);
	}
	assert_int_equal(found, 1);
}

static void expect_file_of(const char *name, const char *text)
{
	char path[128];

	assert_int_equal(fwset_add(&set, name, &tree), 0);
	assert_int_equal(fwset_add(&set, name, &tree), 0);
	snprintf(path, sizeof(path), "lib/firmware/%s", name);
	expect(path, S_IFREG, text);
}

static void test_it_is_found_where_the_kernel_looks(void **state)
{
	(void)state;
	expect_file_of("a.bin", "plain a");
	expect_file_of("b.bin", "packed b");
	expect_file_of("both", "newer");
	expect_file_of("versioned", "for 6.9-x");
}

static void test_what_is_not_there_is_named_once(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fwset_add(&set, "nothing", &tree), -ENOENT);
		assert_int_equal(fwset_add(&set, "dangling", &tree), -ENOENT);
		assert_int_equal(fwset_add(&set, "v", &tree), -EINVAL); /* a folder */
	}
	assert_int_equal(fwset_add(&set, "../firmware/a.bin", &tree), -ENOENT);
	assert_int_equal(fwset_add(&set, "/a.bin", &tree), -ENOENT);
	assert_int_equal(fwset_add(&set, "", &tree), -ENOENT);
	assert_int_equal(set.missing.count, 2);
	assert_int_equal(tree.count, 0);
}

static void test_links_lead_to_one_file(void **state)
{
	(void)state;
	assert_int_equal(fwset_add(&set, "v/c.bin", &tree), 0);
	expect("lib/firmware/v/c.bin", S_IFLNK, "../a.bin");
	expect("lib/firmware/a.bin", S_IFREG, "plain a");
	assert_int_equal(fwset_add(&set, "absolute", &tree), 0);
	expect("lib/firmware/absolute", S_IFLNK, "a.bin");
	assert_int_equal(fwset_add(&set, "w/c.bin", &tree), 0);
	expect("lib/firmware/w/c.bin", S_IFLNK, "../a.bin");
	assert_int_equal(fwset_add(&set, "d.bin", &tree), 0);
	expect("lib/firmware/d.bin", S_IFLNK, "b.bin");
	expect("lib/firmware/b.bin", S_IFREG, "packed b");
	expect_file_of("a.bin", "plain a");
}

static void test_links_do_not_leave_the_sysroot(void **state)
{
	(void)state;
	assert_int_equal(fwset_add(&set, "out", &tree), -ENOENT);
}

static void test_patterns_stand_for_all_that_fit(void **state)
{
	(void)state;
	assert_int_equal(fwset_add(&set, "v/a*.fw*", &tree), 0);
	expect("lib/firmware/v/a1.fw", S_IFREG, "a1");
	expect("lib/firmware/v/a2.fw.txt", S_IFREG, "a2");
	assert_int_equal(fwset_add(&set, "[ab].bin", &tree), 0);
	expect("lib/firmware/a.bin", S_IFREG, "plain a");
	expect("lib/firmware/b.bin", S_IFREG, "packed b");
	assert_int_equal(fwset_add(&set, "nothing*", &tree), 0);
	assert_int_equal(fwset_add(&set, "no/folder*", &tree), 0);
	assert_int_equal(set.missing.count, 0);
}

/* What was packed by other ways is not packed again. */
static void test_what_is_in_the_tree_stays(void **state)
{
	struct bytes text = { 0 };

	(void)state;
	fwset_free(&set);
	bytes_put(&text, "mine", 4);
	tree_add_file(&tree, "/lib/firmware/a.bin", &text);
	fwset_open(&set, folder, "/lib/firmware", "6.9-x", &tree);
	assert_int_equal(fwset_add(&set, "a.bin", &tree), 0);
	expect("lib/firmware/a.bin", S_IFREG, "mine");
}

static void test_damaged_files_are_an_error(void **state)
{
	(void)state;
	put_file("lib/firmware/bad.zst", "\x28\xb5\x2f\xfdjunk", 8);
	assert_int_equal(fwset_add(&set, "bad", &tree), -EUCLEAN);
}

#define FIRMWARE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_firmware, remove_firmware)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_TEST(test_it_is_found_where_the_kernel_looks),
		FIRMWARE_TEST(test_what_is_not_there_is_named_once),
		FIRMWARE_TEST(test_links_lead_to_one_file),
		FIRMWARE_TEST(test_links_do_not_leave_the_sysroot),
		FIRMWARE_TEST(test_patterns_stand_for_all_that_fit),
		FIRMWARE_TEST(test_what_is_in_the_tree_stays),
		FIRMWARE_TEST(test_damaged_files_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
