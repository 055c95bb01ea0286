#include "initramfs/compress.h"
#include "initramfs/deflate_join.h"
#include "initramfs/parallel.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Like an archive: repeated here and there, and long enough for more than one chunk of all. */
static void fill(struct bytes *b, size_t len)
{
	uint32_t random = 1;

	while (b->len < len) {
		random = random * 1664525 + 1013904223;
		if (b->len > 5000 && random >> 28 > 3) {
			uint8_t again[60];

			memcpy(again, b->data + b->len - 80 - (random >> 20),
			       sizeof(again));
			bytes_put(b, again, sizeof(again));
			continue;
		}
		bytes_put(b, &random, sizeof(random));
	}
	b->len = len;
}

static void pack(const char *spec, const struct bytes *plain, struct bytes *out)
{
	struct rope archive = { 0 };
	struct packing packing;

	rope_put(&archive, plain->data, plain->len / 3);
	rope_refer(&archive, plain->data + plain->len / 3, plain->len - plain->len / 3);
	assert_int_equal(packing_parse(spec, &packing), 0);
	assert_int_equal(packing.compression->pack(&archive, packing.level, out), 0);
	rope_free(&archive);
}

static void round_trip(const char *spec, size_t len)
{
	struct bytes plain = { 0 }, packed = { 0 }, again = { 0 };
	const struct compression *c;
	size_t used = 0, packed_len;

	fill(&plain, len);
	pack(spec, &plain, &packed);
	packed_len = packed.len;
	bytes_put(&packed, "\0\0\0\0rest", 8); /* what follows is not taken */
	c = compression_by_magic(packed.data, packed.len);
	assert_non_null(c);
	assert_int_equal(c->unpack(packed.data, packed.len, &again, &used), 0);
	assert_int_equal(used, packed_len);
	assert_int_equal(again.len, plain.len);
	assert_memory_equal(again.data, plain.data, plain.len);

	again.len = 0;
	again.limit = len / 2;
	assert_int_equal(c->unpack(packed.data, packed.len, &again, &used),
			 again.limit ? -EFBIG : 0);
	again.len = again.limit = 0;
	assert_int_equal(c->unpack(packed.data, packed_len - 1, &again, &used), -EUCLEAN);
	bytes_free(&plain);
	bytes_free(&packed);
	bytes_free(&again);
}

static void test_what_is_packed_unpacks_to_the_same(void **state)
{
	static const char *const specs[] = { "gzip", "gzip:1", "gzip:12",
					     "zstd", "zstd:1", "zstd:3",
					     "lz4",  "lz4:1",  "xz:1" };
	static const size_t lens[] = { 1, 511, 65536, ((size_t)1 << 20) + 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++)
			round_trip(specs[i], lens[j]);
	round_trip("gzip", ((size_t)4 << 20) + 12345);
	round_trip("zstd", ((size_t)9 << 20) + 12345);
	round_trip("lz4:1", ((size_t)17 << 20) + 12345);
	round_trip("xz:1", ((size_t)17 << 20) + 12345);
}

static void test_none_is_a_copy(void **state)
{
	struct bytes plain = { 0 }, packed = { 0 };

	(void)state;
	fill(&plain, 100000);
	pack("none", &plain, &packed);
	assert_int_equal(packed.len, plain.len);
	assert_memory_equal(packed.data, plain.data, plain.len);
	bytes_free(&plain);
	bytes_free(&packed);
}

static void test_packings_by_name(void **state)
{
	static const char *const good[] = { "none",    "gzip:1", "gzip:12",
					    "zstd:22", "lz4",	 "xz:9" };
	static const char *const bad[] = { "gzip:13", "gzip:0",	 "gzip:",  "gzip:x",
					   "none:1",  "zstd:23", "lz4:13", "xz:10",
					   "bzip2",   "lzo",	 "lzma",   "",
					   "gz",      "gzipp" };
	struct packing packing;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(packing_parse(good[i], &packing), 0);
	assert_int_equal(packing.level, 9);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(packing_parse(bad[i], &packing), -EINVAL);
}

/* By bzip2, lzop, xz --format=lzma, gzip, lz4 -l, xz --check=crc32 and zstd from "rootling\n". */
static void test_what_others_pack_is_read(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} images[] = {
#define IMAGE(text) { text, sizeof(text) - 1 }
		IMAGE("\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x8e\x1a\x34\x6e\x00\x00"
		      "\x03\xc1\x80\x00\x10\x00\xa5\x94\x00\x20\x00\x22\x1a\x32\x7a\x84"
		      "\x30\x21\x36\x40\x17\x8b\xb9\x22\x9c\x28\x48\x47\x0d\x1a\x37\x00"),
		IMAGE("\x89\x4c\x5a\x4f\x00\x0d\x0a\x1a\x0a\x10\x40\x20\xa0\x09\x40\x01"
		      "\x05\x03\x00\x00\x0d\x00\x00\x00\x00\x6b\x03\x54\x33\x00\x00\x00"
		      "\x00\x00\x26\xb5\x02\x65\x00\x00\x00\x09\x00\x00\x00\x09\x13\x26"
		      "\x03\x79\x72\x6f\x6f\x74\x6c\x69\x6e\x67\x0a\x00\x00\x00\x00"),
		IMAGE("\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x39\x1b"
		      "\xec\xe8\x6e\x6f\xeb\xc5\x87\x30\x2c\x77\xff\xff\xf4\x80\xc0\x00"),
		IMAGE("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x2b\xca\xcf\x2f\xc9\xc9"
		      "\xcc\x4b\xe7\x02\x00\xa0\xee\x16\x4e\x09\x00\x00\x00"),
		IMAGE("\x02\x21\x4c\x18\x0a\x00\x00\x00\x90\x72\x6f\x6f\x74\x6c\x69\x6e"
		      "\x67\x0a"),
		IMAGE("\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01"
		      "\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x08\x72\x6f\x6f\x74\x6c"
		      "\x69\x6e\x67\x0a\x00\x00\x00\x00\xa0\xee\x16\x4e\x00\x01\x1d\x09"
		      "\x93\x61\x36\xa6\x90\x42\x99\x0d\x01\x00\x00\x00\x00\x01\x59\x5a"),
		IMAGE("\x28\xb5\x2f\xfd\x04\x58\x49\x00\x00\x72\x6f\x6f\x74\x6c\x69\x6e"
		      "\x67\x0a\xe7\x4d\x4d\x99"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		const uint8_t *data = (const uint8_t *)images[i].data;
		const struct compression *c = compression_by_magic(data, images[i].len);
		struct bytes out = { 0 };
		size_t used;

		assert_non_null(c);
		assert_int_equal(c->unpack(data, images[i].len, &out, &used), 0);
		assert_int_equal(used, images[i].len);
		assert_int_equal(out.len, 9);
		assert_memory_equal(out.data, "rootling\n", 9);
		/* lz4 has no end of its own: a magic alone is whole */
		for (size_t len = 2 * c->magic_len; len < images[i].len; len++)
			if (c->unpack(data, len, &out, &used) == 0)
				fail_msg("%s cut to %zu bytes is taken", c->name, len);
		bytes_free(&out);
	}
}

/* Streams that end at every bit of a byte. */
static void test_deflate_streams_become_one(void **state)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	struct bytes plain = { 0 }, joined = { 0 };
	uint8_t again[1 << 16];
	uLongf again_len = sizeof(again);
	uint8_t room[4096];

	(void)state;
	for (size_t len = 1; len < 200; len++) {
		struct bytes stream = { 0 };
		size_t from = plain.len, packed;

		fill(&plain, plain.len + len);
		packed = libdeflate_deflate_compress(c, plain.data + from, len, room,
						     sizeof(room));
		bytes_put(&stream, room, packed);
		assert_int_equal(deflate_join_open(&stream), 0);
		bytes_put(&joined, stream.data, stream.len);
		bytes_free(&stream);
	}
	bytes_put(&joined, "\x03\x00", 2); /* the last block, empty */
	{
		z_stream z = { .next_in = joined.data,
			       .avail_in = (uInt)joined.len,
			       .next_out = again,
			       .avail_out = sizeof(again) };

		assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		again_len = z.total_out;
		assert_int_equal(inflateEnd(&z), Z_OK);
	}
	assert_int_equal(again_len, plain.len);
	assert_memory_equal(again, plain.data, plain.len);
	libdeflate_free_compressor(c);
	bytes_free(&plain);
	bytes_free(&joined);
}

static void test_no_whole_deflate_stream(void **state)
{
	struct bytes stream = { 0 };

	(void)state;
	assert_int_equal(deflate_join_open(&stream), -EUCLEAN);
	bytes_put(&stream, "\x00\x01", 2);
	assert_int_equal(deflate_join_open(&stream), -EUCLEAN);
	bytes_free(&stream);
}

static int odd_fails(void *context, size_t number)
{
	((uint8_t *)context)[number]++;
	return number % 2 ? -(int)number : 0;
}

static void test_every_job_runs_once_and_the_first_error_counts(void **state)
{
	uint8_t ran[1000] = { 0 };

	(void)state;
	assert_int_equal(parallel(1000, odd_fails, ran), -1);
	for (size_t i = 0; i < sizeof(ran); i++)
		assert_int_equal(ran[i], 1);
	assert_int_equal(parallel(1, odd_fails, ran), 0);
	assert_int_equal(parallel(0, odd_fails, ran), 0);
	assert_int_equal(ran[0], 2);
}

static void test_a_rope_is_what_was_put(void **state)
{
	struct rope r = { 0 };
	uint8_t text[64];

	(void)state;
	rope_put(&r, "ab", 2);
	rope_put(&r, "cd", 2);
	rope_refer(&r, "efgh", 4);
	rope_refer(&r, "", 0);
	rope_refer(&r, "ij", 2);
	rope_put(&r, "kl", 2);
	assert_int_equal(r.len, 12);
	assert_int_equal(r.count, 4);
	for (size_t from = 0; from <= r.len; from++) {
		for (size_t len = 0; from + len <= r.len; len++) {
			rope_copy(&r, from, text, len);
			assert_memory_equal(text, &"abcdefghijkl"[from], len);
		}
	}
	rope_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_packed_unpacks_to_the_same),
		cmocka_unit_test(test_none_is_a_copy),
		cmocka_unit_test(test_packings_by_name),
		cmocka_unit_test(test_what_others_pack_is_read),
		cmocka_unit_test(test_deflate_streams_become_one),
		cmocka_unit_test(test_no_whole_deflate_stream),
		cmocka_unit_test(test_every_job_runs_once_and_the_first_error_counts),
		cmocka_unit_test(test_a_rope_is_what_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
