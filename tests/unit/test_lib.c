/* The floor: numbers, bounded strings, JSON, the cursor, the log's ring. */
#include "lib/buf.h"
#include "lib/cursor.h"
#include "lib/log.h"
#include "lib/str.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void numbers_are_strict(void **state)
{
	static const struct {
		const char *text;
		unsigned base;
		int err;
		uint64_t value;
	} vectors[] = {
		{ "0", 10, 0, 0 },
		{ "18446744073709551615", 10, 0, UINT64_MAX },
		{ "18446744073709551616", 10, -ERANGE, 0 },
		{ "ffffffffffffffff", 16, 0, UINT64_MAX },
		{ "10000000000000000", 16, -ERANGE, 0 },
		{ "B302", 16, 0, 0xb302 },
		{ "", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "1a", 10, -EINVAL, 0 },
		{ "0x1", 16, -EINVAL, 0 },
	};
	uint32_t small = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint64_t value = 99;

		assert_int_equal(str_parse_u64(vectors[i].text, vectors[i].base, &value),
				 vectors[i].err);
		assert_true(value == (vectors[i].err ? 99 : vectors[i].value));
	}
	assert_int_equal(str_parse_u32("4294967296", 10, &small), -ERANGE);
	assert_int_equal(small, 7);
}

static void copies_are_whole_or_empty(void **state)
{
	char small[4] = "xyz";

	(void)state;
	assert_int_equal(str_copy(small, sizeof(small), "abc"), 0);
	assert_string_equal(small, "abc");
	assert_int_equal(str_copy(small, sizeof(small), "abcd"), -ENAMETOOLONG);
	assert_string_equal(small, "");
}

static void names_equal_across_dashes(void **state)
{
	(void)state;
	assert_true(str_name_equal("vfio-pci.ids", 8, "vfio_pci"));
	assert_false(str_name_equal("vfio", 4, "vfio_pci"));
	assert_false(str_name_equal("vfio_pci", 8, "vfio"));
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(str_distance("rd.brake", "rd.break", 4), 2);
	assert_int_equal(str_distance("same", "same", 4), 0);
	assert_int_equal(str_distance("", "abc", 4), 3);
	assert_int_equal(str_distance("abcdefgh", "zzzz", 3), 4);
}

/* The C library of the host knows what each must give. */
static void expect_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void expect_format(const char *fmt, ...)
{
	char ours[128], theirs[128];
	struct buf b = BUF_OVER(ours);
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&b, fmt, args);
	va_end(args);
	va_start(args, fmt);
	vsnprintf(theirs, sizeof(theirs), fmt, args);
	va_end(args);
	assert_string_equal(ours, theirs);
	assert_int_equal(b.len, strlen(theirs));
}

static void formats_are_those_of_printf(void **state)
{
	(void)state;
	expect_format("plain");
	expect_format("%s", "");
	expect_format("%s and %s%%", "one", "two");
	expect_format("[%5s|%-5s|%-12s|%2s]", "abc", "abc", "root", "long");
	expect_format("[%.2s|%.*s|%.*s|%-6.3s]", "abc", 2, "xyz", 9, "short", "abcdef");
	expect_format("%c%c", 'a', '%');
	expect_format("%d %d %d %d", 0, 7, -1, INT_MAX);
	expect_format("%d %u %x %X", INT_MIN, UINT_MAX, 0xbeefu, 0xbeefu);
	expect_format("[%5u|%05u|%-5u|%03u|%06u]", 12u, 12u, 12u, 1234u, 0u);
	expect_format("[%5d|%05d|%-5d|%02d]", -12, -12, -12, -345);
	expect_format("%02x:%02x %08X", 0xau, 0xffu, 0x1234u);
	expect_format("%lu %llu %zu %ld", ULONG_MAX, ULLONG_MAX, (size_t)42, LONG_MIN);
	expect_format("%lx %016llX %8" PRIu64, 0x123456789abcdeful, 0xabcull,
		      UINT64_C(99));
}

static void a_format_that_does_not_fit_is_cut(void **state)
{
	char text[8];
	struct buf b = BUF_OVER(text);

	(void)state;
	buf_printf(&b, "%5d", 1);
	assert_false(b.truncated);
	buf_printf(&b, "%5d", 1);
	assert_true(b.truncated);
	assert_string_equal(text, "    1  ");
	assert_true(FORMAT(text, "%s", "a line"));
	assert_string_equal(text, "a line");
	assert_false(FORMAT(text, "%s of %d", "a line", 12));
	assert_string_equal(text, "a line ");
}

static void a_full_buffer_cuts_and_remembers(void **state)
{
	char text[6];
	struct buf b = BUF_OVER(text);

	(void)state;
	buf_printf(&b, "%d-", 12);
	assert_false(b.truncated);
	buf_puts(&b, "3456");
	assert_true(b.truncated);
	assert_string_equal(text, "12-34");
	buf_printf(&b, "%s", "more");
	assert_string_equal(text, "12-34");
	assert_int_equal(b.len, 5);
}

static void json_escapes_what_json_must_not_hold(void **state)
{
	static const struct {
		const char *in, *out;
	} vectors[] = {
		{ "plain", "\"plain\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "tab\there\n", "\"tab\\u0009here\\u000a\"" },
		{ "gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"" },
		{ "\xe2\x82\xac \xf0\x9f\x8c\xb1", "\"\xe2\x82\xac \xf0\x9f\x8c\xb1\"" },
		{ "bad\xff", "\"bad\\ufffd\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "cut\xe2\x82", "\"cut\\ufffd\\ufffd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		char text[64];
		struct buf b = BUF_OVER(text);

		buf_json_string(&b, vectors[i].in);
		assert_string_equal(text, vectors[i].out);
	}
}

static void unprintable_bytes_become_hexadecimal(void **state)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	(void)state;
	buf_printable(&b, "a\x1b[2J\xc3");
	assert_string_equal(text, "a\\x1b[2J\\xc3");
}

static void the_cursor_reads_zero_behind_the_end(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 'h', 'i', 0, 'x' };
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cursor_be16(&c), 0x0102);
	assert_int_equal(cursor_le16(&c), 0x0403);
	cursor_seek(&c, 0);
	assert_true(cursor_be64(&c) == 0x0102030405060708);
	cursor_seek(&c, 0);
	assert_true(cursor_le64(&c) == 0x0807060504030201);
	assert_string_equal(cursor_string(&c), "hi");
	assert_null(cursor_string(&c));
	assert_true(c.overrun);
	c = cursor_over(bytes, 3);
	assert_int_equal(cursor_be32(&c), 0);
	assert_true(c.overrun);
	assert_int_equal(cursor_u8(&c), 0);
	c = cursor_over(bytes, 3);
	cursor_seek(&c, 3);
	assert_false(c.overrun);
	cursor_skip(&c, SIZE_MAX);
	assert_true(c.overrun);
}

static void the_ring_keeps_the_newest_whole_lines(void **state)
{
	static char text[20000];
	char small[64];

	(void)state;
	log_set_level(LOG_INFO);
	for (int i = 0; i < 2000; i++)
		log_info("line number %d", i);
	log_debug("not this one");
	assert_true(log_ring_read(text, sizeof(text)) > 16000);
	assert_non_null(strstr(text, "line number 1999\n"));
	assert_null(strstr(text, "line number 12\n"));
	assert_null(strstr(text, "not this one"));
	assert_int_equal(text[0], '[');
	assert_true(log_ring_read(small, sizeof(small)) < sizeof(small));
	assert_int_equal(small[0], '[');
	assert_non_null(strstr(small, "1999"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(copies_are_whole_or_empty),
		cmocka_unit_test(names_equal_across_dashes),
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(formats_are_those_of_printf),
		cmocka_unit_test(a_format_that_does_not_fit_is_cut),
		cmocka_unit_test(a_full_buffer_cuts_and_remembers),
		cmocka_unit_test(json_escapes_what_json_must_not_hold),
		cmocka_unit_test(unprintable_bytes_become_hexadecimal),
		cmocka_unit_test(the_cursor_reads_zero_behind_the_end),
		cmocka_unit_test(the_ring_keeps_the_newest_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
