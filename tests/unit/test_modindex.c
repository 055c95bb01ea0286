#include "modules/modindex.h"

#include "initramfs/modindex_write.h"
#include "lib/buf.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bytes write_index(struct modindex_row *rows, size_t count)
{
	struct bytes out = { 0 };

	assert_int_equal(modindex_write(&out, rows, count), 0);
	return out;
}

static struct modindex open_index(const struct bytes *b)
{
	struct modindex index;

	assert_int_equal(modindex_open(&index, b->data, b->len), 0);
	return index;
}

/* Visitor: the values with a blank behind each. */
static int join(void *ctx, const char *value)
{
	buf_puts(ctx, value);
	buf_puts(ctx, " ");
	return 0;
}

static void expect_lookup(const struct modindex *index, const char *key,
			  const char *values)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	assert_int_equal(modindex_lookup(index, key, join, &b), 0);
	assert_string_equal(text, values);
}

static void expect_match(const struct modindex *index, const char *string,
			 const char *values)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	assert_int_equal(modindex_match(index, string, join, &b), 0);
	assert_string_equal(text, values);
}

/* What depmod of kmod 30 writes for `alias a* m1` and `alias ab m2`, octet by octet. */
static void test_the_bytes_are_those_of_depmod(void **state)
{
	static const uint8_t expected[] = {
		0xb0, 0x07, 0xf4, 0x57, 0, 2, 0, 1, 0x20, 0,   0,
		0x4f, /* magic, version, root */
		0,    0,    0,	  1,	0, 0, 0, 0, 'm',  '1', 0, /* 12: a* */
		0,    0,    0,	  1,	0, 0, 0, 1, 'm',  '2', 0, /* 23: ab */
	};
	struct modindex_row rows[] = { { "ab", "m2", 1 }, { "a*", "m1", 0 } };
	struct bytes out = write_index(rows, 2);
	size_t inner = 34, children = 'b' - '*' + 1;

	(void)state;
	assert_memory_equal(out.data, expected, 8);
	assert_memory_equal(out.data + 12, expected + 12, sizeof(expected) - 12);
	/* the node of "a": children from '*' to 'b', the first and the last of them there
	 */
	assert_int_equal(out.data[inner], '*');
	assert_int_equal(out.data[inner + 1], 'b');
	assert_memory_equal(out.data + inner + 2, "\x40\0\0\x0c\0\0\0\0", 8);
	assert_memory_equal(out.data + inner + 2 + 4 * (children - 1), "\x40\0\0\x17", 4);
	/* the root: one child, 'a' */
	inner += 2 + 4 * children;
	assert_memory_equal(out.data + inner, "aa\x20\0\0\x22", 6);
	assert_int_equal(out.len, inner + 6);
	assert_int_equal(out.data[8], 0x20);
	assert_int_equal(out.data[10] << 8 | out.data[11], (int)inner);
	bytes_free(&out);
}

static void test_keys_that_share_prefixes(void **state)
{
	struct modindex_row rows[] = {
		{ "virtio", "v", 4 },
		{ "virtio_pci", "p", 0 },
		{ "virtio_blk", "b", 1 },
		{ "virtio_pci_modern_dev", "m", 2 },
		{ "virtio_pci_legacy_dev", "l", 3 },
		{ "x", "second", 9 },
		{ "x", "first", 5 },
		{ "x", "third", 9 },
	};
	struct bytes out = write_index(rows, 8);
	struct modindex index = open_index(&out);

	(void)state;
	expect_lookup(&index, "virtio", "v ");
	expect_lookup(&index, "virtio_pci", "p ");
	expect_lookup(&index, "virtio_blk", "b ");
	expect_lookup(&index, "virtio_pci_modern_dev", "m ");
	expect_lookup(&index, "virtio_pci_legacy_dev", "l ");
	expect_lookup(&index, "x", "first second third ");
	expect_lookup(&index, "", "");
	expect_lookup(&index, "virtio_", "");
	expect_lookup(&index, "virtio_pcix", "");
	expect_lookup(&index, "virt", "");
	expect_lookup(&index, "y", "");
	bytes_free(&out);
}

static void test_one_key_and_none(void **state)
{
	struct modindex_row row = { "ext4", "kernel/fs/ext4/ext4.ko:", 0 };
	struct bytes one = write_index(&row, 1), none = write_index(NULL, 0);
	struct modindex index = open_index(&one), absent = { 0 };

	(void)state;
	expect_lookup(&index, "ext4", "kernel/fs/ext4/ext4.ko: ");
	expect_lookup(&index, "ext", "");
	index = open_index(&none);
	expect_lookup(&index, "ext4", "");
	expect_match(&index, "ext4", "");
	expect_lookup(&absent, "ext4", "");
	expect_match(&absent, "ext4", "");
	bytes_free(&one);
	bytes_free(&none);
}

static void test_patterns_match_as_fnmatch_does(void **state)
{
	static const char *const patterns[] = {
		"pci:v00001AF4d00001001sv*sd*bc*sc*i*",
		"pci:v00001AF4d*sv*sd*bc*sc*i*",
		"pci:v*d*sv*sd*bc01sc08i02*",
		"usb:v13FDp3940d0[0-2]*dc*dsc*dp*ic*",
		"usb:v13FDp3940d0[0-3]*dc*dsc*dp*ic*",
		"usb:v13FDp3940d0[!0-3]*dc*dsc*dp*ic*",
		"a?c",
		"a?",
		"*",
		"a*b*c",
		"a*b",
		"[]a]b",
		"[a-]x",
		"[^a]x",
		"abc",
		"input:b*v*p*e*-e*1,*k*2*",
	};
	static const char *const strings[] = {
		"pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00",
		"pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02",
		"usb:v13FDp3940d0250dc00dsc00dp00ic08",
		"usb:v13FDp3940d0350dc00dsc00dp00ic08",
		"usb:v13FDp3940d0950dc00dsc00dp00ic08",
		"abc",
		"ab",
		"a",
		"",
		"aXbYc",
		"abbbbc",
		"]b",
		"ab",
		"-x",
		"bx",
		"ax",
		"[a-]x",
		"input:b0011v0001p0001eAB41-e0,1,4,11,k71,72,73,ram4,l0,1,2,sfw",
		"input:b0011v0001p0001eAB41-e0,4,k71,ram4,l0,sfw",
	};
	enum { PATTERNS = sizeof(patterns) / sizeof(patterns[0]) };
	struct modindex_row rows[PATTERNS];
	struct modindex index;
	struct bytes out;

	(void)state;
	for (uint32_t i = 0; i < PATTERNS; i++)
		rows[i] = (struct modindex_row){ patterns[i], patterns[i], i };
	out = write_index(rows, PATTERNS);
	index = open_index(&out);
	for (size_t s = 0; s < sizeof(strings) / sizeof(strings[0]); s++) {
		char text[1024];
		struct buf expected = BUF_OVER(text);

		for (size_t i = 0; i < PATTERNS; i++)
			if (fnmatch(patterns[i], strings[s], 0) == 0)
				join(&expected, patterns[i]);
		expect_match(&index, strings[s], text);
	}
	bytes_free(&out);
}

/* More of them than are sorted at once, and not in the order of the keys. */
static void test_many_matches_come_by_priority(void **state)
{
	enum { ROWS = 150 };
	static char keys[ROWS][16], values[ROWS][8];
	struct modindex_row rows[ROWS];
	char text[1024], want[1024];
	struct buf got = BUF_OVER(text), expected = BUF_OVER(want);
	struct modindex index;
	struct bytes out;

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		unsigned at = i * 67 % ROWS;

		snprintf(keys[i], sizeof(keys[i]), "a*%c%c*", 'a' + i % 7, 'a' + i / 7);
		snprintf(values[i], sizeof(values[i]), "m%u", at);
		rows[i] = (struct modindex_row){ keys[i], values[i], at };
		buf_printf(&expected, "m%u ", i);
	}
	out = write_index(rows, ROWS);
	index = open_index(&out);
	{
		char string[2 * ROWS + 8] = "a";
		struct buf s = { .data = string, .len = 1, .size = sizeof(string) };

		for (unsigned i = 0; i < ROWS; i++)
			buf_printf(&s, "%c%c", 'a' + i % 7, 'a' + i / 7);
		assert_false(s.truncated);
		assert_int_equal(modindex_match(&index, string, join, &got), 0);
	}
	assert_string_equal(text, want);
	bytes_free(&out);
}

static void test_a_module_with_two_fitting_aliases_comes_once(void **state)
{
	struct modindex_row rows[] = { { "a*", "m", 3 },
				       { "*b", "m", 3 },
				       { "ab", "n", 1 } };
	struct bytes out = write_index(rows, 3);
	struct modindex index = open_index(&out);

	(void)state;
	expect_match(&index, "ab", "n m ");
	bytes_free(&out);
}

static int stop(void *ctx, const char *value)
{
	++*(int *)ctx;
	return strcmp(value, "b") == 0 ? 7 : 0;
}

static void test_the_visitor_can_stop(void **state)
{
	struct modindex_row rows[] = { { "k*", "a", 0 },
				       { "k*", "b", 1 },
				       { "k*", "c", 2 } };
	struct bytes out = write_index(rows, 3);
	struct modindex index = open_index(&out);
	int seen = 0;

	(void)state;
	assert_int_equal(modindex_lookup(&index, "k*", stop, &seen), 7);
	assert_int_equal(seen, 2);
	assert_int_equal(modindex_match(&index, "kk", stop, &seen), 7);
	assert_int_equal(seen, 4);
	bytes_free(&out);
}

static void test_strings_up_to_the_longest(void **state)
{
	char string[MODINDEX_STRING_MAX + 2];
	struct modindex_row rows[] = { { "x*y", "m", 0 }, { "*xx*", "n", 1 } };
	struct bytes out = write_index(rows, 2);
	struct modindex index = open_index(&out);
	struct buf none = BUF_OVER((char[8]){ 0 });

	(void)state;
	memset(string, 'x', sizeof(string));
	for (size_t len = 1; len <= MODINDEX_STRING_MAX; len += len < 200 ? 1 : 61) {
		string[len - 1] = 'y';
		string[len] = '\0';
		expect_match(&index, string, len == 1 ? "" : len == 2 ? "m " : "m n ");
		string[len - 1] = string[len] = 'x';
	}
	string[MODINDEX_STRING_MAX + 1] = '\0';
	assert_int_equal(modindex_match(&index, string, join, &none), -ENAMETOOLONG);
	bytes_free(&out);
}

static void test_keys_that_the_format_cannot_hold(void **state)
{
	struct modindex_row empty = { "", "m", 0 }, latin = { "caf\xe9", "m", 0 };
	struct bytes out = { 0 };

	(void)state;
	assert_int_equal(modindex_write(&out, &empty, 1), -EINVAL);
	assert_int_equal(modindex_write(&out, &latin, 1), -EINVAL);
	bytes_free(&out);
}

static void test_other_files_are_refused(void **state)
{
	struct bytes out = write_index(NULL, 0);
	struct modindex index;

	(void)state;
	assert_int_equal(modindex_open(&index, out.data, 11), -EINVAL);
	assert_int_equal(modindex_open(&index, "", 0), -EINVAL);
	out.data[5] = 3;
	assert_int_equal(modindex_open(&index, out.data, out.len), -EINVAL);
	out.data[5] = 2;
	out.data[0] = 0;
	assert_int_equal(modindex_open(&index, out.data, out.len), -EINVAL);
	bytes_free(&out);
}

/* Every index that is cut or has one wrong byte is read to an end, inside of its bounds.
 */
static void test_damage_is_survived(void **state)
{
	struct modindex_row rows[] = {
		{ "a*", "m1", 0 },
		{ "ab[0-9]c", "m2", 1 },
		{ "ab[0-8]d*", "m3", 2 },
		{ "b", "m4", 3 },
	};
	struct bytes out = write_index(rows, 4);
	char text[4096];

	(void)state;
	for (size_t len = 12; len < out.len; len++) {
		uint8_t *copy = malloc(len);
		struct buf b = BUF_OVER(text);
		struct modindex index;

		memcpy(copy, out.data, len);
		assert_int_equal(modindex_open(&index, copy, len), 0);
		assert_int_equal(modindex_lookup(&index, "b", join, &b), -EUCLEAN);
		assert_int_equal(modindex_match(&index, "ab5c", join, &b), -EUCLEAN);
		free(copy);
	}
	for (size_t i = 12 * 8; i < out.len * 8; i++) {
		struct modindex index = open_index(&out);
		struct buf b = BUF_OVER(text);

		out.data[i / 8] ^= (uint8_t)(1 << i % 8);
		(void)modindex_lookup(&index, "ab[0-9]c", join, &b);
		(void)modindex_match(&index, "ab5c", join, &b);
		out.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	bytes_free(&out);
}

/* A root that is its own child, under every byte: lookup ends with the key, match by
 * depth. */
static void test_loops_end(void **state)
{
	uint8_t data[12 + 2 + 4 * 256] = { 0xb0, 0x07, 0xf4, 0x57, 0,  2, 0,
					   1,	 0x20, 0,    0,	   12, 0, 255 };
	struct modindex index;
	struct buf none = BUF_OVER((char[8]){ 0 });

	(void)state;
	for (size_t i = 0; i < 256; i++)
		memcpy(data + 14 + 4 * i, "\x20\0\0\x0c", 4);
	assert_int_equal(modindex_open(&index, data, sizeof(data)), 0);
	assert_int_equal(modindex_lookup(&index, "abcabcabc", join, &none), 0);
	assert_int_equal(modindex_match(&index, "abcabcabc", join, &none), -EUCLEAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_bytes_are_those_of_depmod),
		cmocka_unit_test(test_keys_that_share_prefixes),
		cmocka_unit_test(test_one_key_and_none),
		cmocka_unit_test(test_patterns_match_as_fnmatch_does),
		cmocka_unit_test(test_many_matches_come_by_priority),
		cmocka_unit_test(test_a_module_with_two_fitting_aliases_comes_once),
		cmocka_unit_test(test_the_visitor_can_stop),
		cmocka_unit_test(test_strings_up_to_the_longest),
		cmocka_unit_test(test_keys_that_the_format_cannot_hold),
		cmocka_unit_test(test_other_files_are_refused),
		cmocka_unit_test(test_damage_is_survived),
		cmocka_unit_test(test_loops_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
