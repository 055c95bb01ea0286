#include "initramfs/deflate_join.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

/* What zlib says in data_type where inflate() stopped for Z_BLOCK. */
#define UNUSED_BITS   7 /* mask: of the last byte that was taken */
#define IN_LAST_BLOCK 64
#define AT_BLOCK_END  128

#define WINDOW	      ((size_t)1 << MAX_WBITS)

/* In bits from the start of the stream. */
struct last_block {
	size_t start, end;
};

static size_t bits_taken(const z_stream *z)
{
	return (size_t)z->total_in * CHAR_BIT - (z->data_type & UNUSED_BITS);
}

/* Only unpacking tells where a block ends; what is unpacked is dropped. */
static int find_last_block(z_stream *z, struct last_block *found)
{
	uint8_t dropped[WINDOW];
	int result;

	do {
		z->next_out = dropped;
		z->avail_out = sizeof(dropped);
		result = inflate(z, Z_BLOCK);
		if (!(z->data_type & AT_BLOCK_END) || result != Z_OK)
			continue;
		found->start = found->end;
		found->end = bits_taken(z);
		if (z->data_type & IN_LAST_BLOCK)
			return 0;
	} while (result == Z_OK);
	return -EUCLEAN;
}

int deflate_join_open(struct bytes *stream)
{
	z_stream z = { .next_in = stream->data, .avail_in = (uInt)stream->len };
	static const uint8_t empty_block[] = { 0x00, 0x00, 0xff, 0xff };
	struct last_block last = { 0 };
	size_t bits;
	int err;

	if (stream->len != z.avail_in)
		return -EFBIG;
	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return -ENOMEM;
	err = find_last_block(&z, &last);
	(void)inflateEnd(&z); /* nothing to hear there */
	if (err)
		return err;
	stream->data[last.start / CHAR_BIT] &= (uint8_t) ~(1U << last.start % CHAR_BIT);
	/* a stored block without contents: three zero bits, zeroes to the end of the byte,
	 * its length and the inverse of that */
	stream->len = last.end / CHAR_BIT;
	bits = last.end % CHAR_BIT;
	if (bits) {
		stream->data[stream->len] &= (uint8_t)((1U << bits) - 1);
		stream->len++;
	}
	if (bits == 0 || bits > CHAR_BIT - 3)
		bytes_put(stream, "", 1);
	bytes_put(stream, empty_block, sizeof(empty_block));
	return 0;
}
