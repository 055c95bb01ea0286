#include "initramfs/deflate_blocks.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define PLAIN_MAX ((size_t)1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct deflate_bargain bargains[] = {
	{ .block_price = 0, .litlen_bits = 15, .distance_bits = 15 },
	{ .block_price = 100, .litlen_bits = 11, .distance_bits = 8 },
	{ .block_price = 1000, .litlen_bits = 9, .distance_bits = 6 },
};

#define BARGAINS (sizeof(bargains) / sizeof(bargains[0]))

/* How many bytes @data unpacks to; past PLAIN_MAX where it is no stream. */
static size_t inflated(const void *data, size_t size, uint8_t *plain)
{
	z_stream z = { .next_in = (Bytef *)data,
		       .avail_in = (uInt)size,
		       .next_out = plain,
		       .avail_out = PLAIN_MAX };
	int result;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		abort();
	result = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z); /* nothing to hear there */
	return result == Z_STREAM_END ? z.total_out : PLAIN_MAX + 1;
}

static void check_same(const struct bytes *stream, const uint8_t *plain, size_t len)
{
	uint8_t *again = malloc(PLAIN_MAX);

	if (!again || inflated(stream->data, stream->len, again) != len ||
	    memcmp(again, plain, len) != 0)
		abort();
	free(again);
}

static void merge_plain(const uint8_t *data, size_t size, int level,
			const struct deflate_bargain *bargain)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	size_t bound = libdeflate_deflate_compress_bound(c, size);
	struct bytes stream = { 0 };

	stream.len = libdeflate_deflate_compress(c, data, size,
						 bytes_room(&stream, bound), bound);
	libdeflate_free_compressor(c);
	if (deflate_blocks_merge(&stream, data, size, bargain, false))
		abort();
	bytes_put(&stream, "\x03\x00", 2); /* the last block, empty */
	check_same(&stream, data, size);
	bytes_free(&stream);
}

/* The first byte chooses; the rest is once a stream, and once what one is of. zlib says what a
 * stream unpacks to: that, and nothing else, has to be found in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct deflate_bargain *bargain = &bargains[size ? data[0] % BARGAINS : 0];
	uint8_t *plain = malloc(PLAIN_MAX);
	struct bytes stream = { 0 };
	size_t len;

	if (!plain || size < 1 || size > PLAIN_MAX) {
		free(plain);
		return 0;
	}
	merge_plain(data + 1, size - 1, data[0] % 13, bargain);
	bytes_put(&stream, data + 1, size - 1);
	len = inflated(stream.data, stream.len, plain);
	if (len > PLAIN_MAX) {
		(void)deflate_blocks_merge(&stream, plain, PLAIN_MAX, bargain, true);
	} else {
		if (deflate_blocks_merge(&stream, plain, len, bargain, true))
			abort();
		check_same(&stream, plain, len);
		if (len > 0 &&
		    deflate_blocks_merge(&stream, plain, len - 1, bargain, true) == 0)
			abort();
	}
	bytes_free(&stream);
	free(plain);
	return 0;
}
