#include "initramfs/compress.h"
#include "initramfs/image_read.h"
#include "initramfs/newc.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct newc_entry hello = {
	.name = "hello",
	.ino = 0x12ab,
	.mode = 0100644,
	.uid = 1,
	.gid = 2,
	.nlink = 1,
	.mtime = 0x5f000000,
	.dev_major = 3,
	.dev_minor = 4,
	.rdev_major = 5,
	.rdev_minor = 6,
	.data = (const uint8_t *)"world",
	.len = 5,
};

/* As cpio(5) and the kernel's buffer-format.rst lay it out: 6 + 13 * 8 bytes, the name
 * with its NUL up to a multiple of 4 (110 + 6 is one), the data up to the next. */
static const char hello_bytes[] = "070701"
				  "000012AB"
				  "000081A4"
				  "00000001"
				  "00000002"
				  "00000001"
				  "5F000000"
				  "00000005"
				  "00000003"
				  "00000004"
				  "00000005"
				  "00000006"
				  "00000006"
				  "00000000"
				  "hello\0"
				  "world\0\0";

static const char trailer_bytes[] = "070701"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000001"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000000"
				    "0000000B"
				    "00000000"
				    "TRAILER!!!\0\0\0";

static void test_an_entry_has_the_documented_bytes(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	assert_int_equal(newc_put(&out, &hello), 0);
	assert_int_equal(out.len,
			 sizeof(hello_bytes) - 1 + 1); /* the last NUL of padding */
	assert_memory_equal(out.data, hello_bytes, out.len);
	out.len = 0;
	newc_put_trailer(&out);
	assert_int_equal(out.len, sizeof(trailer_bytes) - 1 + 1);
	assert_memory_equal(out.data, trailer_bytes, out.len);
	bytes_free(&out);
}

static void test_names_the_kernel_would_not_take_are_refused(void **state)
{
	char longest[PATH_MAX + 1];
	struct newc_entry e = hello;
	struct bytes out = { 0 };

	(void)state;
	e.name = "";
	assert_int_equal(newc_put(&out, &e), -EINVAL);
	e.name = "TRAILER!!!";
	assert_int_equal(newc_put(&out, &e), -EINVAL);
	memset(longest, 'x', PATH_MAX);
	longest[PATH_MAX] = '\0';
	e.name = longest;
	assert_int_equal(newc_put(&out, &e), -ENAMETOOLONG);
	e.name = longest + 1;
	assert_int_equal(newc_put(&out, &e), 0);
	e.len = (size_t)UINT32_MAX + 1;
	assert_int_equal(newc_put(&out, &e), -EFBIG);
	e.name = "link";
	e.mode = S_IFLNK | 0777;
	e.len = PATH_MAX + 1;
	assert_int_equal(newc_put(&out, &e), -ENAMETOOLONG);
	bytes_free(&out);
}

static void test_contents_begin_where_they_must(void **state)
{
	struct newc_entry e = hello, read;
	struct bytes out = { 0 };
	struct newc_reader r = { 0 };

	(void)state;
	e.data_alignment = 16;
	assert_int_equal(newc_put(&out, &hello), 0);
	assert_int_equal(newc_put(&out, &e), 0);
	assert_int_equal(newc_put(&out, &hello), 0);
	r.cursor = cursor_over(out.data, out.len);
	assert_int_equal(newc_read(&r, &read), 1);
	assert_int_equal(newc_read(&r, &read), 1);
	assert_int_equal((size_t)(read.data - out.data) % 16, 0);
	assert_string_equal(read.name, hello.name);
	assert_memory_equal(read.data, hello.data, hello.len);
	assert_int_equal(newc_read(&r, &read), 1);
	bytes_free(&out);
}

static void test_what_was_written_is_read(void **state)
{
	static const char *const names[] = { "a", "ab", "abc", "abcd", "abcde" };
	struct newc_entry e = hello, got;
	struct newc_reader r = { 0 };
	struct bytes out = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		e.name = names[i];
		e.len = i;
		assert_int_equal(newc_put(&out, &e), 0);
	}
	newc_put_trailer(&out);
	r.cursor = cursor_over(out.data, out.len);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(newc_read(&r, &got), 1);
		assert_string_equal(got.name, names[i]);
		assert_int_equal(got.len, i);
		assert_memory_equal(got.data, "world", i);
		assert_int_equal(got.mode, hello.mode);
		assert_int_equal(got.mtime, hello.mtime);
		assert_int_equal(got.rdev_minor, hello.rdev_minor);
	}
	assert_int_equal(newc_read(&r, &got), 0);
	assert_int_equal(r.cursor.off, out.len);
	bytes_free(&out);
}

/* Every archive that is cut short is said to be, unless it is cut between two entries. */
static void test_a_cut_archive_is_damaged(void **state)
{
	struct newc_entry got;
	struct bytes out = { 0 };

	(void)state;
	assert_int_equal(newc_put(&out, &hello), 0);
	for (size_t len = 1; len < out.len; len++) {
		uint8_t *copy = malloc(len); /* its end is where ASan looks */
		struct newc_reader r = { .cursor = cursor_over(copy, len) };
		int found;

		memcpy(copy, out.data, len);
		found = newc_read(&r, &got);
		if (len < out.len - 3) { /* three bytes of padding may be missing */
			assert_int_equal(found, -EUCLEAN);
			assert_non_null(r.problem);
		} else {
			assert_int_equal(found, 1);
		}
		free(copy);
	}
	bytes_free(&out);
}

static void test_damaged_headers_are_told_by_offset(void **state)
{
	static const struct {
		size_t at;
		char byte;
		const char *problem;
	} cases[] = {
		{ 5, '3', "no cpio header of the newc format" },
		{ 5, '7', "the old format of cpio (odc), which no kernel takes" },
		{ 10, 'x', "a field of the header is not hexadecimal" },
		{ 14, '+', "a field of the header is not hexadecimal" },
		{ 54, 'f', "cut off in a file" },
		{ 101, '5', "a name without its end" },
		{ 94, 'f', "a name without its end" },
	};
	struct newc_entry got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct newc_reader r = { 0 };
		struct bytes out = { 0 };

		newc_put(&out, &hello);
		newc_put(&out, &hello);
		out.data[out.len / 2 + cases[i].at] = (uint8_t)cases[i].byte;
		r.cursor = cursor_over(out.data, out.len);
		assert_int_equal(newc_read(&r, &got), 1);
		assert_int_equal(newc_read(&r, &got), -EUCLEAN);
		assert_string_equal(r.problem, cases[i].problem);
		assert_int_equal(r.offset, out.len / 2);
		bytes_free(&out);
	}
}

static void test_a_checksum_is_checked(void **state)
{
	struct newc_reader r = { 0 };
	struct newc_entry got;
	struct bytes out = { 0 };

	(void)state;
	newc_put(&out, &hello);
	memcpy(out.data, "070702", 6);
	memcpy(out.data + 102, "00000228", 8); /* w + o + r + l + d */
	r.cursor = cursor_over(out.data, out.len);
	assert_int_equal(newc_read(&r, &got), 1);
	out.data[109]++;
	r.cursor = cursor_over(out.data, out.len);
	assert_int_equal(newc_read(&r, &got), -EUCLEAN);
	assert_string_equal(r.problem, "wrong checksum of a file");
	memcpy(out.data + 14, "0000A1FF", 8); /* links have none */
	r.cursor = cursor_over(out.data, out.len);
	assert_int_equal(newc_read(&r, &got), 1);
	bytes_free(&out);
}

/* ---- several segments */

static void put_archive(struct bytes *out, const char *name)
{
	struct newc_entry e = hello;

	e.name = name;
	assert_int_equal(newc_put(out, &e), 0);
	newc_put_trailer(out);
}

static void put_packed(struct bytes *out, const char *how, const char *first,
		       const char *second)
{
	static const uint8_t zeroes[8];
	struct bytes archive = { 0 };
	struct packing p;

	assert_int_equal(packing_parse(how, &p), 0);
	put_archive(&archive, first);
	bytes_put(&archive, zeroes, sizeof(zeroes));
	put_archive(&archive, second);
	assert_int_equal(packing_pack(&p, archive.data, archive.len, out), 0);
	bytes_free(&archive);
}

static void expect(struct image_reader *r, const char *name, unsigned segment,
		   const char *format)
{
	struct newc_entry e;

	assert_int_equal(image_read(r, &e), 1);
	assert_string_equal(e.name, name);
	assert_memory_equal(e.data, "world", 5);
	assert_int_equal(r->segment.number, segment);
	assert_string_equal(r->segment.format, format);
}

static void test_segments_follow_each_other(void **state)
{
	static const uint8_t zeroes[512];
	struct image_reader r;
	struct newc_entry e;
	struct bytes file = { 0 };

	(void)state;
	bytes_put(&file, zeroes, 4);
	put_archive(&file, "early");
	bytes_put(&file, zeroes, 512);
	put_packed(&file, "gzip:6", "one", "two");
	bytes_put(&file, zeroes, 3);
	put_packed(&file, "zstd", "three", "four");
	put_packed(&file, "zstd:3", "five", "six");
	bytes_put(&file, zeroes, -file.len % 4);
	put_archive(&file, "late");
	r = image_reader_over(file.data, file.len);
	expect(&r, "early", 1, "cpio");
	expect(&r, "one", 2, "gzip");
	expect(&r, "two", 2, "gzip");
	expect(&r, "three", 3, "zstd");
	expect(&r, "four", 3, "zstd");
	expect(&r, "five", 4, "zstd");
	expect(&r, "six", 4, "zstd");
	expect(&r, "late", 5, "cpio");
	assert_int_equal(image_read(&r, &e), 0);
	assert_int_equal(image_read(&r, &e), 0);
	image_reader_free(&r);
	bytes_free(&file);
}

static void expect_problem(const struct bytes *file, int err, const char *problem)
{
	struct image_reader r = image_reader_over(file->data, file->len);
	struct newc_entry e;
	int found;

	while ((found = image_read(&r, &e)) > 0)
		;
	assert_int_equal(found, err);
	assert_string_equal(r.problem, problem);
	image_reader_free(&r);
}

static void test_what_is_no_image_is_told(void **state)
{
	struct bytes file = { 0 };

	(void)state;
	bytes_printf(&file, "#!/bin/sh\n");
	expect_problem(&file, -EUCLEAN,
		       "neither a cpio archive nor packed in a known way");
	file.len = 0;
	bytes_put(&file, "BZh9....", 8);
	expect_problem(&file, -EUCLEAN, "damaged or cut off packed data");
	file.len = 0;
	put_packed(&file, "gzip:6", "one", "two");
	file.data[30] ^= 0x55;
	expect_problem(&file, -EUCLEAN, "damaged or cut off packed data");
	file.len = 0;
	put_packed(&file, "zstd", "one", "two");
	file.len--;
	expect_problem(&file, -EUCLEAN, "damaged or cut off packed data");
	file.len = 0;
	put_archive(&file, "one");
	bytes_put(&file, "\0", 1);
	put_archive(&file, "two");
	expect_problem(&file, -EUCLEAN, "a cpio archive that is not aligned to 4 bytes");
	bytes_free(&file);
}

static void test_packed_without_an_archive(void **state)
{
	static const uint8_t zeroes[8];
	struct bytes file = { 0 };
	struct packing gzip;
	struct image_reader r;
	struct newc_entry e;

	(void)state;
	assert_int_equal(packing_parse("gzip", &gzip), 0);
	packing_pack(&gzip, zeroes, sizeof(zeroes), &file);
	packing_pack(&gzip, zeroes, 0, &file);
	r = image_reader_over(file.data, file.len);
	assert_int_equal(image_read(&r, &e), 0);
	assert_int_equal(r.segment.number, 2);
	image_reader_free(&r);
	packing_pack(&gzip, "#!/bin/sh", 9, &file);
	expect_problem(&file, -EUCLEAN, "packed is something else than a cpio archive");
	bytes_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry_has_the_documented_bytes),
		cmocka_unit_test(test_names_the_kernel_would_not_take_are_refused),
		cmocka_unit_test(test_contents_begin_where_they_must),
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_a_cut_archive_is_damaged),
		cmocka_unit_test(test_damaged_headers_are_told_by_offset),
		cmocka_unit_test(test_a_checksum_is_checked),
		cmocka_unit_test(test_segments_follow_each_other),
		cmocka_unit_test(test_what_is_no_image_is_told),
		cmocka_unit_test(test_packed_without_an_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
