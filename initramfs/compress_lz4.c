/* lz4 in its legacy frame, the only one the kernel knows (lib/decompress_unlz4.c): a magic, then
 * for each 8 MiB a length and a block. */
#include "initramfs/compress_formats.h"
#include "initramfs/parallel.h"
#include "lib/cursor.h"

#include <errno.h>
#include <lz4.h>
#include <lz4hc.h>
#include <stdlib.h>

#define MAGIC 0x184c2102U
#define BLOCK ((size_t)8 << 20)

struct lz4_job {
	const struct rope *archive;
	int level;
	struct bytes *blocks;
};

static int pack_block(void *context, size_t number)
{
	const struct lz4_job *job = context;
	struct bytes *block = &job->blocks[number];
	size_t left = job->archive->len - number * BLOCK;
	int len = (int)(left < BLOCK ? left : BLOCK), bound = LZ4_compressBound(len),
	    packed;
	uint8_t *plain = mem_alloc((size_t)len);

	rope_copy(job->archive, number * BLOCK, plain, (size_t)len);
	packed = LZ4_compress_HC((const char *)plain,
				 (char *)bytes_room(block, (size_t)bound), len, bound,
				 job->level);
	free(plain);
	if (packed <= 0)
		return -EIO;
	block->len = (size_t)packed;
	return 0;
}

int lz4_pack(const struct rope *archive, unsigned level, struct bytes *out)
{
	size_t count = (archive->len + BLOCK - 1) / BLOCK;
	struct lz4_job job = { .archive = archive, .level = (int)level };
	int err;

	job.blocks = mem_alloc(count * sizeof(*job.blocks));
	err = parallel(count, pack_block, &job);
	bytes_le32(out, MAGIC);
	for (size_t i = 0; i < count; i++) {
		bytes_le32(out, (uint32_t)job.blocks[i].len);
		bytes_put(out, job.blocks[i].data, job.blocks[i].len);
		bytes_free(&job.blocks[i]);
	}
	free(job.blocks);
	return err;
}

static int unpack_block(struct cursor *c, size_t packed_len, struct bytes *out)
{
	const uint8_t *packed = cursor_bytes(c, packed_len);
	int len;

	if (!packed)
		return -EUCLEAN;
	len = LZ4_decompress_safe((const char *)packed, (char *)bytes_room(out, BLOCK),
				  (int)packed_len, (int)BLOCK);
	if (len < 0)
		return -EUCLEAN;
	out->len += (size_t)len;
	return bytes_full(out) ? -EFBIG : 0;
}

/* It has no end of its own: that of the file, or zeroes, where a length would be. */
int lz4_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	struct cursor c = cursor_over(data, len);
	uint32_t word = cursor_le32(&c);
	int err = word == MAGIC ? 0 : -EUCLEAN;

	while (!err && cursor_left(&c) >= sizeof(word)) {
		*used = c.off;
		word = cursor_le32(&c);
		if (word == 0)
			return 0;
		if (word == MAGIC) /* one more frame, as lz4 -l appends it */
			continue;
		err = word > (uint32_t)LZ4_COMPRESSBOUND(BLOCK)
			      ? -EUCLEAN
			      : unpack_block(&c, word, out);
	}
	*used = c.off;
	return err;
}
