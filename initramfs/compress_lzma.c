/* xz, and lzma from before it, by liblzma. */
#include "initramfs/compress_formats.h"
#include "initramfs/parallel.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

/* The kernel allocates the dictionary while it boots. Blocks are packed on all processors, and
 * no larger than the dictionary would reach; the kernel reads any number of them. */
#define DICTIONARY_MAX	  ((size_t)8 << 20)
#define BLOCK		  DICTIONARY_MAX

#define UNPACK_MEMORY_MAX ((uint64_t)256 << 20)

static int feed(lzma_stream *z, const struct rope *archive, struct bytes *out)
{
	uint8_t *plain = mem_alloc(UNPACK_STEP);
	lzma_ret result = LZMA_OK;
	size_t fed = 0;

	while (result == LZMA_OK) {
		size_t left = archive->len - fed;

		if (z->avail_in == 0 && left) {
			z->next_in = plain;
			z->avail_in = left < UNPACK_STEP ? left : UNPACK_STEP;
			rope_copy(archive, fed, plain, z->avail_in);
			fed += z->avail_in;
		}
		z->next_out = bytes_room(out, UNPACK_STEP);
		z->avail_out = UNPACK_STEP;
		result = lzma_code(z, fed == archive->len ? LZMA_FINISH : LZMA_RUN);
		out->len += UNPACK_STEP - z->avail_out;
	}
	free(plain);
	return result == LZMA_STREAM_END ? 0 : -EIO;
}

/* The kernel knows no check but CRC32. The filter for x86 programs is left out: kernels may lack
 * it, and there is nothing for it to do in modules, whose calls are zeroes before relocation. */
int xz_pack(const struct rope *archive, unsigned level, struct bytes *out)
{
	lzma_options_lzma options;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options },
				  { LZMA_VLI_UNKNOWN, NULL } };
	lzma_mt how = { .threads = parallel_width(),
			.block_size = BLOCK,
			.filters = filters,
			.check = LZMA_CHECK_CRC32 };
	lzma_stream z = LZMA_STREAM_INIT;
	int err;

	if (lzma_lzma_preset(&options, level))
		return -EINVAL;
	if (options.dict_size > DICTIONARY_MAX)
		options.dict_size = DICTIONARY_MAX;
	if (options.dict_size > archive->len)
		options.dict_size = archive->len < LZMA_DICT_SIZE_MIN
					    ? LZMA_DICT_SIZE_MIN
					    : (uint32_t)archive->len;
	err = lzma_stream_encoder_mt(&z, &how) == LZMA_OK ? feed(&z, archive, out)
							  : -ENOMEM;
	lzma_end(&z);
	return err;
}

static int unpack(lzma_stream *z, const uint8_t *data, size_t len, struct bytes *out,
		  size_t *used)
{
	lzma_ret result;

	z->next_in = data;
	z->avail_in = len;
	do {
		z->next_out = bytes_room(out, UNPACK_STEP);
		z->avail_out = UNPACK_STEP;
		result = lzma_code(z, LZMA_FINISH);
		out->len += UNPACK_STEP - z->avail_out;
	} while (result == LZMA_OK && !bytes_full(out));
	*used = len - z->avail_in;
	lzma_end(z);
	if (bytes_full(out))
		return -EFBIG;
	return result == LZMA_STREAM_END ? 0 : -EUCLEAN;
}

int xz_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	lzma_stream z = LZMA_STREAM_INIT;

	if (lzma_stream_decoder(&z, UNPACK_MEMORY_MAX, 0) != LZMA_OK)
		return -ENOMEM;
	return unpack(&z, data, len, out, used);
}

int lzma_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	lzma_stream z = LZMA_STREAM_INIT;

	if (lzma_alone_decoder(&z, UNPACK_MEMORY_MAX) != LZMA_OK)
		return -ENOMEM;
	return unpack(&z, data, len, out, used);
}
