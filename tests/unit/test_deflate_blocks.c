#include "initramfs/deflate_blocks.h"
#include "initramfs/deflate_write.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const struct deflate_bargain cheap = { .block_price = 0,
					      .litlen_bits = 15,
					      .distance_bits = 15 };
static const struct deflate_bargain dear = { .block_price = 1000,
					     .litlen_bits = 9,
					     .distance_bits = 6 };

/* @packed and what follows it unpack to @plain. */
static void assert_unpacks(const struct bytes *packed, const void *plain, size_t len)
{
	uint8_t *again = mem_alloc(len + 1);
	z_stream z = { .next_in = packed->data,
		       .avail_in = (uInt)packed->len,
		       .next_out = again,
		       .avail_out = (uInt)len + 1 };

	assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, len);
	assert_int_equal(z.avail_in, 0);
	assert_memory_equal(again, plain, len);
	assert_int_equal(inflateEnd(&z), Z_OK);
	free(again);
}

static void deflate_with(int level, const void *plain, size_t len, struct bytes *out)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	size_t bound = libdeflate_deflate_compress_bound(c, len);

	out->len =
		libdeflate_deflate_compress(c, plain, len, bytes_room(out, bound), bound);
	libdeflate_free_compressor(c);
}

static size_t count_blocks(const struct bytes *packed, const uint8_t *plain, size_t len)
{
	struct deflate_reader *r = mem_alloc(sizeof(*r));
	struct deflate_symbol *symbols = mem_alloc(len * sizeof(*symbols));
	size_t blocks = 0, count;

	*r = (struct deflate_reader){
		.data = packed->data, .len = packed->len, .plain = plain, .plain_len = len
	};
	do {
		assert_int_equal(deflate_read_block(r, symbols, &count), 0);
		blocks++;
	} while (!r->last);
	free(symbols);
	free(r);
	return blocks;
}

/* Streams others wrote, by hand and by zlib. */
static void test_every_kind_of_block_is_read(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *plain;
	} streams[] = {
#define STREAM(data, plain) { data, sizeof(data) - 1, plain }
		STREAM("\x03\x00", ""),
		STREAM("\x01\x00\x00\xff\xff", ""),
		STREAM("\x4b\x04\x00", "a"),
		STREAM("\x01\x03\x00\xfc\xff"
		       "abc",
		       "abc"),
		STREAM("\x00\x01\x00\xfe\xff"
		       "a\x01\x01\x00\xfe\xff"
		       "b",
		       "ab"),
		STREAM("\x4b\x4c\x84\x01\x00", "aaaaaaaaaa"),
		/* codes that are not complete (3.2.7): one distance, none, an end only */
		STREAM("\xed\xc0\x01\x09\x00\x00\x00\x80\xa0\xad\xfd\x3f\xd1\x11\x0d\x06",
		       NULL),
		STREAM("\xed\xc0\x01\x09\x00\x00\x00\x80\xa0\xad\xfe\x3f\xe1\x13\x01",
		       "a"),
		STREAM("\xed\xc0\x01\x09\x00\x00\x00\x80\xa0\xff\xaf\x7d\x02", ""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct bytes stream = { 0 };
		uint8_t plain[4096];
		z_stream z = { .next_in = (Bytef *)streams[i].data,
			       .avail_in = (uInt)streams[i].len,
			       .next_out = plain,
			       .avail_out = sizeof(plain) };

		assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
		if (inflate(&z, Z_FINISH) != Z_STREAM_END)
			fail_msg("stream %zu is none for zlib", i);
		assert_int_equal(inflateEnd(&z), Z_OK);
		if (streams[i].plain)
			assert_memory_equal(plain, streams[i].plain, z.total_out);
		bytes_put(&stream, streams[i].data, streams[i].len);
		assert_int_equal(deflate_blocks_merge(&stream, plain, z.total_out, &cheap,
						      true),
				 0);
		assert_unpacks(&stream, plain, z.total_out);
		bytes_free(&stream);
	}
}

static void test_what_is_no_stream_is_refused(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} streams[] = {
#define DAMAGED(data) { data, sizeof(data) - 1 }
		DAMAGED(""),
		DAMAGED("\x07"), /* no such kind */
		DAMAGED("\x01\x03\x00\xfc\xff"
			"ab"), /* short */
		DAMAGED("\x01\x03\x00\xfc\xfe"
			"abc"), /* lengths that differ */
		DAMAGED("\x4b"),
		DAMAGED("\x4b\x04"),
		DAMAGED("\x4b\x4c\x4a\x06"), /* a zero short of "abc" */
		DAMAGED("\x4b\x02\x00"),     /* another letter */
		DAMAGED("\xfd\xff\xff\xff\xff\xff\xff\xff"),
		DAMAGED("\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		DAMAGED("\x00\x00\x00\xff\xff"), /* no last block */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		struct bytes stream = { 0 };

		bytes_put(&stream, streams[i].data, streams[i].len);
		if (deflate_blocks_merge(&stream, "abc", 3, &cheap, true) != -EUCLEAN)
			fail_msg("stream %zu is taken", i);
		assert_int_equal(stream.len, streams[i].len);
		bytes_free(&stream);
	}
}

/* Letters of @letters, and at @distance again what was there before. */
static uint8_t *text(size_t len, unsigned letters, size_t distance)
{
	uint8_t *t = mem_alloc(len);
	uint32_t random = 1;

	for (size_t i = 0; i < len; i++) {
		random = random * 1664525 + 1013904223;
		t[i] = i >= distance ? t[i - distance]
				     : (uint8_t)((random >> 8) % letters);
	}
	return t;
}

static void test_all_sorts_of_contents_come_back(void **state)
{
	static const struct {
		size_t len;
		unsigned letters;
		size_t distance;
	} texts[] = {
		{ 0, 1, 1 },
		{ 1, 1, 1 },
		{ 100000, 1, 1 },
		{ 100000, 2, 100000 },
		{ 100000, 200, 100000 },
		{ 100000, 256, 100000 },
		{ 200000, 256, 32768 },
		{ 200000, 256, 70000 },
		{ 200000, 16, 257 },
		{ 70000, 256, 65535 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = texts[i].len;
		uint8_t *plain = text(len, texts[i].letters, texts[i].distance);

		for (int level = 0; level <= 12; level += 3) {
			const struct deflate_bargain *b = level % 2 ? &cheap : &dear;
			struct bytes stream = { 0 }, open = { 0 };
			size_t before;

			deflate_with(level, plain, len, &stream);
			before = stream.len;
			bytes_put(&open, stream.data, stream.len);
			assert_int_equal(deflate_blocks_merge(&stream, plain, len, b,
							      true),
					 0);
			assert_unpacks(&stream, plain, len);
			if (b == &cheap)
				assert_true(stream.len <= before + 16);
			assert_int_equal(deflate_blocks_merge(&open, plain, len, b,
							      false),
					 0);
			bytes_put(&open, "\x03\x00", 2);
			assert_unpacks(&open, plain, len);
			bytes_free(&stream);
			bytes_free(&open);
		}
		free(plain);
	}
}

/* Every other 20,000 bytes are of a few letters, the others of many. */
static void test_blocks_are_merged_where_it_pays(void **state)
{
	size_t len = 200000, cheap_len;
	uint8_t *plain = text(len, 256, len);
	struct bytes stream = { 0 };

	(void)state;
	for (size_t i = 0; i < len; i++)
		plain[i] = i / 20000 % 2 ? plain[i] % 5 : plain[i] % 100;
	deflate_with(6, plain, len, &stream);
	assert_int_equal(deflate_blocks_merge(&stream, plain, len, &cheap, true), 0);
	assert_in_range(count_blocks(&stream, plain, len), 10, 20);
	cheap_len = stream.len;
	assert_int_equal(deflate_blocks_merge(&stream, plain, len,
					      &(struct deflate_bargain){ 100000, 9, 6 },
					      true),
			 0);
	assert_int_equal(count_blocks(&stream, plain, len), 1);
	assert_true(stream.len > cheap_len);
	bytes_free(&stream);
	free(plain);
}

/* 1, 1, 2, 3, 5 …: counts for which the best code is as long as it can be. */
static void test_codes_are_no_longer_than_allowed(void **state)
{
	static const unsigned limits[] = { 5, 6, 7, 9, 15 };
	uint32_t counts[30] = { 1, 1 };
	uint8_t lengths[30];
	struct deflate_table *t = mem_alloc(sizeof(*t));

	(void)state;
	for (size_t i = 2; i < 30; i++)
		counts[i] = counts[i - 1] + counts[i - 2];
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		unsigned room = 0;

		deflate_code_lengths(counts, 30, limits[i], lengths);
		for (size_t s = 0; s < 30; s++) {
			assert_in_range(lengths[s], 1, limits[i]);
			assert_true(s == 0 || lengths[s] <= lengths[s - 1]);
			room += 1U << (limits[i] - lengths[s]);
		}
		assert_int_equal(room, 1U << limits[i]);
		assert_int_equal(deflate_table_make(t, lengths, 30), 0);
	}
	free(t);
}

/* A code of one symbol has two, because not every decoder takes one. */
static void test_codes_of_few_symbols_are_complete(void **state)
{
	uint32_t counts[30] = { 0 };
	uint8_t lengths[30];

	(void)state;
	deflate_code_lengths(counts, 30, 15, lengths);
	assert_int_equal(lengths[0] + lengths[1], 2);
	counts[0] = 5;
	deflate_code_lengths(counts, 30, 15, lengths);
	assert_int_equal(lengths[0], 1);
	assert_int_equal(lengths[1], 1);
	counts[0] = 0;
	counts[7] = 5;
	deflate_code_lengths(counts, 30, 15, lengths);
	assert_int_equal(lengths[0], 1);
	assert_int_equal(lengths[7], 1);
	assert_int_equal(lengths[1], 0);
}

static void test_codes_that_no_decoder_takes(void **state)
{
	static const struct {
		uint8_t lengths[4];
		int err;
	} codes[] = {
		{ { 0, 0, 0, 0 }, 0 },		{ { 0, 1, 0, 0 }, 0 },
		{ { 1, 2, 3, 3 }, 0 },		{ { 2, 2, 2, 2 }, 0 },
		{ { 1, 1, 1, 0 }, -EUCLEAN },	{ { 2, 0, 0, 0 }, -EUCLEAN },
		{ { 1, 2, 0, 0 }, -EUCLEAN },	{ { 1, 2, 2, 2 }, -EUCLEAN },
		{ { 15, 15, 1, 0 }, -EUCLEAN },
	};
	struct deflate_table *t = mem_alloc(sizeof(*t));

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(deflate_table_make(t, codes[i].lengths, 4),
				 codes[i].err);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_of_block_is_read),
		cmocka_unit_test(test_what_is_no_stream_is_refused),
		cmocka_unit_test(test_all_sorts_of_contents_come_back),
		cmocka_unit_test(test_blocks_are_merged_where_it_pays),
		cmocka_unit_test(test_codes_are_no_longer_than_allowed),
		cmocka_unit_test(test_codes_of_few_symbols_are_complete),
		cmocka_unit_test(test_codes_that_no_decoder_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
