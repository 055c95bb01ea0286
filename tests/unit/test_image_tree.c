/* What an image leaves behind, as init/initramfs.c of the kernel would. */
#include "initramfs/compress.h"
#include "tests/unit/archive_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static void expect(const struct image *image, const char *path, const char *text)
{
	const struct image_entry *e = image_find(image, path, true);

	assert_non_null(e);
	assert_true(S_ISREG(e->as.mode));
	assert_int_equal(e->as.len, strlen(text));
	assert_memory_equal(e->as.data, text, e->as.len);
}

static void test_the_last_archive_wins(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_plain(&file, "a", "old");
	put_plain(&file, "b", "stays");
	newc_put_trailer(&file);
	put_plain(&file, "./a", "new");
	newc_put_trailer(&file);
	load(&image, &file);
	assert_int_equal(image.segment_count, 2);
	assert_int_equal(image.segments[0].packed_len + image.segments[1].packed_len,
			 file.len);
	expect(&image, "/a", "new");
	expect(&image, "b", "stays");
	assert_true(image.entries[0].replaced);
	assert_int_equal(image.tree_count, 2);
	image_free(&image);
	assert_int_equal(image_load(&image, file.data, file.len, 1, 0), 0);
	expect(&image, "a", "old");
	image_free(&image);
	bytes_free(&file);
}

static void test_links_on_the_way_are_followed(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_folder(&file, "usr");
	put_folder(&file, "usr/lib");
	put_symlink(&file, "lib", "usr/lib");
	put_symlink(&file, "usr/lib/up", "/lib/../lib");
	put_plain(&file, "lib/x", "text");
	put_symlink(&file, "y", "/lib/up/up/./x");
	load(&image, &file);
	assert_string_equal(image.entries[4].path, "usr/lib/x");
	expect(&image, "usr/lib/x", "text");
	expect(&image, "lib/x", "text");
	expect(&image, "../../y", "text");
	assert_true(S_ISLNK(image_find(&image, "y", false)->as.mode));
	image_free(&image);
	bytes_free(&file);
}

static void test_loops_and_nothing_are_not_found(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_symlink(&file, "a", "b");
	put_symlink(&file, "b", "a");
	put_symlink(&file, "c", "c/c/c");
	put_symlink(&file, "empty", "");
	put_plain(&file, "f", "");
	load(&image, &file);
	assert_null(image_find(&image, "a", true));
	assert_null(image_find(&image, "a/x", false));
	assert_null(image_find(&image, "c", true));
	assert_null(image_find(&image, "empty", true));
	assert_null(image_find(&image, "f/x", true));
	assert_null(image_find(&image, "absent", true));
	assert_non_null(image_find(&image, "", true));
	assert_non_null(image_find(&image, "/", true));
	image_free(&image);
	bytes_free(&file);
}

static void test_what_the_kernel_would_lose(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_plain(&file, "a/x", "lost");
	put_folder(&file, "a");
	put_plain(&file, "a/x", "kept");
	put_plain(&file, "a", "a folder with files is there");
	put_plain(&file, "dev/null0", "kernels have /dev");
	put_symlink(&file, "loop", "loop");
	put_plain(&file, "loop/x", "");
	put_folder(&file, "b");
	put_plain(&file, "b", "it was empty");
	put(&file, "folder", S_IFDIR | 0755, "with data");
	load(&image, &file);
	assert_int_equal(image.entries[0].fate, IMAGE_LOST);
	expect(&image, "a/x", "kept");
	assert_int_equal(image.entries[3].fate, IMAGE_IN_THE_WAY);
	assert_int_equal(image.entries[4].fate, IMAGE_FINE);
	assert_int_equal(image.entries[6].fate, IMAGE_LOOP);
	expect(&image, "b", "it was empty");
	assert_int_equal(image.entries[9].fate, IMAGE_SKIPPED);
	image_free(&image);
	bytes_free(&file);
}

/* newc_put() would refuse it. */
static void put_long_name(struct bytes *out, size_t name_size)
{
	char *zeroes = mem_alloc(name_size + 4), head[128];

	snprintf(head, sizeof(head), "070701%08X%08X%024X%08X%040X%08zX%08X", 1, 0100644,
		 0, 1, 0, name_size, 0);
	memset(zeroes, 'n', name_size / 2);
	bytes_put(out, head, 110);
	bytes_put(out, zeroes, name_size + -(110 + name_size) % 4);
	free(zeroes);
}

static void test_names_longer_than_the_kernel_takes(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_long_name(&file, 4096);
	put_long_name(&file, 4097);
	put_long_name(&file, 0);
	put_plain(&file, "b", "after");
	load(&image, &file);
	assert_int_equal(image.entry_count, 2);
	assert_int_equal(image.left_out, 2);
	expect(&image, "b", "after");
	image_free(&image);
	bytes_free(&file);
}

static void test_hard_links_share_what_one_of_them_has(void **state)
{
	struct bytes file = { 0 };
	struct image image;

	(void)state;
	put_hard_link(&file, "a", 7, "");
	put_hard_link(&file, "b", 7, "shared");
	newc_put_trailer(&file);
	put_hard_link(&file, "c", 7, "other"); /* of another archive, so another file */
	load(&image, &file);
	expect(&image, "a", "shared");
	expect(&image, "b", "shared");
	expect(&image, "c", "other");
	assert_null(image.entries[0].link);
	assert_ptr_equal(image.entries[1].link, &image.entries[0]);
	assert_null(image.entries[2].link);
	image_free(&image);
	bytes_free(&file);
}

/* ---- damage */

static void gzip(const struct bytes *plain, struct bytes *out)
{
	z_stream z = { .next_in = plain->data, .avail_in = (uInt)plain->len };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, 0), Z_OK);
	z.avail_out = (uInt)deflateBound(&z, plain->len);
	z.next_out = bytes_room(out, z.avail_out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void test_of_a_cut_image_the_beginning_is_there(void **state)
{
	struct bytes plain = { 0 }, file = { 0 };
	struct image image;
	char noise[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(noise) - 1; i++)
		noise[i] = (char)('0' + rand() % 64);
	noise[sizeof(noise) - 1] = '\0';
	put_plain(&plain, "first", "1");
	put_plain(&plain, "second", noise);
	put_plain(&plain, "third", noise);
	gzip(&plain, &file);
	assert_int_equal(image_load(&image, file.data, file.len / 2, 0, 0), -EUCLEAN);
	assert_string_equal(image.problem, "damaged or cut off packed data");
	assert_int_equal(image.problem_offset, 0);
	assert_false(image.problem_inside);
	expect(&image, "first", "1");
	assert_null(image_find(&image, "third", true));
	image_free(&image);
	assert_int_equal(image_load(&image, plain.data, plain.len - 100, 0, 0), -EUCLEAN);
	expect(&image, "second", noise);
	image_free(&image);
	bytes_free(&plain);
	bytes_free(&file);
}

static void test_junk_behind_an_image_is_told_with_its_place(void **state)
{
	struct bytes file = { 0 };
	struct image image;
	size_t good;

	(void)state;
	put_plain(&file, "a", "text");
	newc_put_trailer(&file);
	good = file.len;
	bytes_printf(&file, "junk");
	assert_int_equal(image_load(&image, file.data, file.len, 0, 0), -EUCLEAN);
	assert_int_equal(image.problem_offset, good);
	expect(&image, "a", "text");
	image_free(&image);
	bytes_free(&file);
}

static void test_a_bomb_is_let_out_only_so_far(void **state)
{
	struct bytes plain = { 0 }, file = { 0 };
	struct image image;
	char *zeroes = mem_alloc((8 << 20) + 1);

	(void)state;
	memset(zeroes, 'x', 8 << 20);
	put_plain(&plain, "big", zeroes);
	gzip(&plain, &file);
	assert_int_equal(image_load(&image, file.data, file.len, 0, 4 << 20), -EFBIG);
	assert_true(image.unpacked[0].len <= 6 << 20);
	assert_non_null(strstr(image.problem, "--max-size"));
	image_free(&image);
	assert_int_equal(image_load(&image, file.data, file.len, 0, 16 << 20), 0);
	image_free(&image);
	/* the limit is one for all segments */
	gzip(&plain, &file);
	assert_int_equal(image_load(&image, file.data, file.len, 0, 12 << 20), -EFBIG);
	assert_int_equal(image.segment_count, 2);
	image_free(&image);
	bytes_free(&plain);
	bytes_free(&file);
	free(zeroes);
}

/* ---- makers */

static void expect_maker(const char *path, const char *text, const char *maker)
{
	struct bytes file = { 0 };
	struct image image;
	char *folder = mem_strdup(path);

	for (char *slash = folder; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		put_folder(&file, folder);
	}
	put_plain(&file, path, text);
	load(&image, &file);
	if (maker)
		assert_string_equal(image_maker(&image), maker);
	else
		assert_null(image_maker(&image));
	image_free(&image);
	bytes_free(&file);
	free(folder);
}

static void test_makers_are_known_by_what_they_leave(void **state)
{
	(void)state;
	expect_maker("etc/initrd-release", "NAME=rootling\nID=rootling\n", "rootling");
	expect_maker("etc/initrd-release", "NAME=other\n", NULL);
	expect_maker("usr/lib/dracut/build-parameter.txt", "--x", "dracut");
	expect_maker("conf/initramfs.conf", "MODULES=most\n", "initramfs-tools");
	expect_maker("buildconfig", "MODULES=()\n", "mkinitcpio");
	expect_maker("etc/booster.init.yaml", "a: b\n", "booster");
	expect_maker("bin/sh", "", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_archive_wins),
		cmocka_unit_test(test_links_on_the_way_are_followed),
		cmocka_unit_test(test_loops_and_nothing_are_not_found),
		cmocka_unit_test(test_what_the_kernel_would_lose),
		cmocka_unit_test(test_names_longer_than_the_kernel_takes),
		cmocka_unit_test(test_hard_links_share_what_one_of_them_has),
		cmocka_unit_test(test_of_a_cut_image_the_beginning_is_there),
		cmocka_unit_test(test_junk_behind_an_image_is_told_with_its_place),
		cmocka_unit_test(test_a_bomb_is_let_out_only_so_far),
		cmocka_unit_test(test_makers_are_known_by_what_they_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
