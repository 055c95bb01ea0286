/* lzop's files as the kernel reads them (lib/decompress_unlzo.c); all numbers are big-endian. */
#include "initramfs/compress_formats.h"
#include "lib/cursor.h"

#include <errno.h>
#include <lzo/lzo1x.h>
#include <string.h>

#define MAGIC_LEN	  9
#define VERSION_WITH_MORE 0x0940
#define BLOCK_MAX	  ((uint32_t)256 << 10)

enum flag {
	HAS_PLAIN_ADLER32 = 0x1,
	HAS_PACKED_ADLER32 = 0x2,
	HAS_EXTRA = 0x40,
	HAS_PLAIN_CRC32 = 0x100,
	HAS_PACKED_CRC32 = 0x200,
	HAS_FILTER = 0x800,
};

#define SUM_LEN 4

/* Returns the flags. */
static uint32_t read_header(struct cursor *c)
{
	uint16_t version;
	uint32_t flags;

	cursor_skip(c, MAGIC_LEN);
	version = cursor_be16(c);
	cursor_skip(c, 2); /* version of the library */
	if (version >= VERSION_WITH_MORE)
		cursor_skip(c, 2); /* version that can read it */
	cursor_skip(c, version >= VERSION_WITH_MORE ? 2 : 1); /* method, level */
	flags = cursor_be32(c);
	cursor_skip(c, flags & HAS_FILTER ? 4 : 0);
	cursor_skip(c, version >= VERSION_WITH_MORE ? 12 : 8); /* mode, times */
	cursor_skip(c, cursor_u8(c));			       /* name */
	cursor_skip(c, SUM_LEN);
	if (flags & HAS_EXTRA)
		cursor_skip(c, (size_t)cursor_be32(c) + SUM_LEN);
	return flags;
}

static size_t sums_len(uint32_t flags, bool packed)
{
	size_t count = !!(flags & HAS_PLAIN_ADLER32) + !!(flags & HAS_PLAIN_CRC32);

	if (packed)
		count += !!(flags & HAS_PACKED_ADLER32) + !!(flags & HAS_PACKED_CRC32);
	return count * SUM_LEN;
}

static int unpack_block(struct cursor *c, uint32_t flags, uint32_t len, struct bytes *out)
{
	uint32_t packed_len = cursor_be32(c);
	lzo_uint unpacked = len;
	const uint8_t *packed;

	if (len > BLOCK_MAX || packed_len > len)
		return -EUCLEAN;
	cursor_skip(c, sums_len(flags, packed_len < len));
	packed = cursor_bytes(c, packed_len);
	if (!packed)
		return -EUCLEAN;
	if (packed_len == len)
		bytes_put(out, packed, len);
	else if (lzo1x_decompress_safe(packed, packed_len, bytes_room(out, len),
				       &unpacked, NULL) != LZO_E_OK)
		return -EUCLEAN;
	else
		out->len += unpacked;
	return bytes_full(out) ? -EFBIG : 0;
}

int lzo_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	struct cursor c = cursor_over(data, len);
	uint32_t flags = read_header(&c), block_len;
	int err = lzo_init() == LZO_E_OK ? 0 : -EIO;

	while (!err && (block_len = cursor_be32(&c)) != 0)
		err = unpack_block(&c, flags, block_len, out);
	*used = c.off;
	return !err && c.overrun ? -EUCLEAN : err;
}
