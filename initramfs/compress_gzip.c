/* gzip by libdeflate, in chunks on all processors; unpacked by zlib, which can do it in steps.
 * libdeflate cuts blocks to fit their contents, a dozen where zlib makes one, and each costs the
 * kernel 34 thousand instructions: 0.7 ms for a small image. But zlib is larger than gzip -9 when
 * it takes five times as long. */
#include "initramfs/compress_formats.h"
#include "initramfs/deflate_blocks.h"
#include "initramfs/deflate_join.h"
#include "initramfs/parallel.h"

#include <errno.h>
#include <limits.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The first bytes of a chunk cannot point back at the one before: chunks of this size cost
 * 0.15 % of an image, and are the work of 15 ms. */
#define CHUNK	    ((size_t)1 << 20)

#define LEVEL_USUAL 6

/* Up to here the level that looks for the best way through all matches takes 30 ms. The 3 % that
 * it saves buy short codes and few blocks: the kernel then takes a seventh less. */
#define SMALL	    ((size_t)384 << 10)
#define LEVEL_SMALL 10

/* Up to here chunks are written again, which takes 8 ms each. An archive for every machine has to
 * do without: its time to build is one to wait for. */
#define REWRITTEN_MAX (4 * CHUNK)

/* Found by trying: not above the size of gzip -9. */
static const struct deflate_bargain bargain_usual = {
	.block_price = 150,
	.litlen_bits = 15,
	.distance_bits = 15,
};
static const struct deflate_bargain bargain_small = {
	.block_price = 400,
	.litlen_bits = 9,
	.distance_bits = 6,
};

struct gzip_chunk {
	struct bytes deflated;
	uint32_t crc;
};

struct gzip_job {
	const struct rope *archive;
	int level;
	const struct deflate_bargain *bargain; /* NULL: as libdeflate writes it */
	struct gzip_chunk *chunks;
	size_t count;
};

static size_t chunk_len(const struct gzip_job *job, size_t number)
{
	size_t left = job->archive->len - number * CHUNK;

	return left < CHUNK ? left : CHUNK;
}

static int finish_chunk(const struct gzip_job *job, size_t number, const uint8_t *plain)
{
	struct bytes *deflated = &job->chunks[number].deflated;
	bool last = number + 1 == job->count;

	if (job->bargain)
		return deflate_blocks_merge(deflated, plain, chunk_len(job, number),
					    job->bargain, last);
	return last ? 0 : deflate_join_open(deflated);
}

static int deflate_chunk(void *context, size_t number)
{
	const struct gzip_job *job = context;
	struct gzip_chunk *chunk = &job->chunks[number];
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(job->level);
	size_t len = chunk_len(job, number), bound;
	uint8_t *plain;
	int err;

	if (!c)
		return -ENOMEM;
	plain = mem_alloc(len);
	rope_copy(job->archive, number * CHUNK, plain, len);
	bound = libdeflate_deflate_compress_bound(c, len);
	chunk->deflated.len =
		libdeflate_deflate_compress(c, plain, len,
					    bytes_room(&chunk->deflated, bound), bound);
	chunk->crc = libdeflate_crc32(0, plain, len);
	libdeflate_free_compressor(c);
	err = finish_chunk(job, number, plain);
	free(plain);
	return err;
}

/* One member, because the kernel and zcat | cpio take one archive for one. Time and file name in
 * the header stay empty: same input, same bytes. */
static void put_member(const struct gzip_job *job, struct bytes *out)
{
	static const uint8_t header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	uint32_t crc = 0;

	bytes_put(out, header, sizeof(header));
	for (size_t i = 0; i < job->count; i++) {
		const struct gzip_chunk *chunk = &job->chunks[i];

		bytes_put(out, chunk->deflated.data, chunk->deflated.len);
		crc = (uint32_t)crc32_combine(crc, chunk->crc,
					      (z_off_t)chunk_len(job, i));
	}
	bytes_le32(out, crc);
	bytes_le32(out, (uint32_t)job->archive->len);
}

int gzip_pack(const struct rope *archive, unsigned level, struct bytes *out)
{
	struct gzip_job job = { .archive = archive, .level = (int)level };
	bool is_small = level == 0 && archive->len <= SMALL;
	int err;

	if (level == 0)
		job.level = is_small ? LEVEL_SMALL : LEVEL_USUAL;
	if (archive->len <= REWRITTEN_MAX)
		job.bargain = is_small ? &bargain_small : &bargain_usual;
	job.count = archive->len ? (archive->len + CHUNK - 1) / CHUNK : 1;
	job.chunks = mem_alloc(job.count * sizeof(*job.chunks));
	err = parallel(job.count, deflate_chunk, &job);
	if (!err)
		put_member(&job, out);
	for (size_t i = 0; i < job.count; i++)
		bytes_free(&job.chunks[i].deflated);
	free(job.chunks);
	return err;
}

int gzip_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	z_stream z = { .next_in = (Bytef *)data };
	int result;

	z.avail_in = len < UINT_MAX ? (uInt)len : UINT_MAX;
	if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK) /* + 16: with the header of gzip */
		return -ENOMEM;
	do {
		z.next_out = bytes_room(out, UNPACK_STEP);
		z.avail_out = UNPACK_STEP;
		result = inflate(&z, Z_NO_FLUSH);
		out->len += UNPACK_STEP - z.avail_out;
	} while (result == Z_OK && !bytes_full(out));
	*used = z.total_in;
	(void)inflateEnd(&z); /* nothing to hear there */
	if (bytes_full(out))
		return -EFBIG;
	return result == Z_STREAM_END ? 0 : -EUCLEAN;
}
