/* bzip2: only read, since all others unpack in less time. */
#include "initramfs/compress_formats.h"

#include <bzlib.h>
#include <errno.h>
#include <limits.h>

int bzip2_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	bz_stream z = { .next_in = (char *)data };
	int result;
	size_t before;

	z.avail_in = len < UINT_MAX ? (unsigned)len : UINT_MAX;
	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return -ENOMEM;
	do {
		before = z.avail_in;
		z.next_out = (char *)bytes_room(out, UNPACK_STEP);
		z.avail_out = UNPACK_STEP;
		result = BZ2_bzDecompress(&z);
		out->len += UNPACK_STEP - z.avail_out;
		/* an input that ends too soon is no error to it */
		if (before == z.avail_in && z.avail_out == UNPACK_STEP)
			break;
	} while (result == BZ_OK && !bytes_full(out));
	*used = (size_t)(z.next_in - (char *)data);
	(void)BZ2_bzDecompressEnd(&z); /* nothing to hear there */
	if (bytes_full(out))
		return -EFBIG;
	return result == BZ_STREAM_END ? 0 : -EUCLEAN;
}
