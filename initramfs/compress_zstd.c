#include "initramfs/compress_formats.h"
#include "initramfs/parallel.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

/* Archives up to this size are packed in one go, and by default as well as can be. */
#define SMALL ((size_t)1 << 20)

/* What one thread packs. Fixed, and workers even for one processor: else the bytes would depend
 * on the machine. */
#define JOB		((size_t)4 << 20)

#define WINDOW_LOG_MAX	23 /* 8 MiB, which the kernel allocates while it boots */
#define LEVEL_OF_WINDOW 19 /* higher ones would take more */

struct parameter {
	ZSTD_cParameter name;
	int value;
};

/* Made for the kernel's unpacker: a match costs it as much as a dozen literals, so matches of less
 * than six bytes are not worth while. It then takes four fifths of gzip's instructions. The image
 * is smaller as well, and without the checksum there is one pass less over it. */
static const struct parameter small_default[] = {
	{ ZSTD_c_compressionLevel, 19 }, { ZSTD_c_strategy, ZSTD_btlazy2 },
	{ ZSTD_c_minMatch, 6 },		 { ZSTD_c_searchLog, 9 },
	{ ZSTD_c_targetLength, 999 },	 { 0 },
};

/* A twentieth of the time, for 0.5 % of the size. */
static const struct parameter large_default[] = {
	{ ZSTD_c_compressionLevel, 9 },
	{ ZSTD_c_strategy, ZSTD_lazy2 },
	{ ZSTD_c_minMatch, 6 },
	{ 0 },
};

static int set(ZSTD_CCtx *c, const struct parameter *p)
{
	for (; p->name; p++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(c, p->name, p->value)))
			return -EINVAL;
	return 0;
}

static int set_parameters(ZSTD_CCtx *c, size_t len, unsigned level)
{
	const struct parameter given[] = { { ZSTD_c_compressionLevel, (int)level },
					   { 0 } };
	const struct parameter window[] = { { ZSTD_c_windowLog, WINDOW_LOG_MAX }, { 0 } };
	const struct parameter large[] = { { ZSTD_c_nbWorkers, (int)parallel_width() },
					   { ZSTD_c_jobSize, (int)JOB },
					   { 0 } };
	const struct parameter *by_default = len <= SMALL ? small_default : large_default;
	int err = set(c, level ? given : by_default);

	if (!err && level > LEVEL_OF_WINDOW)
		err = set(c, window);
	if (!err && len > SMALL)
		err = set(c, large);
	if (!err && ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(c, len)))
		err = -EINVAL;
	return err;
}

/* Takes the bytes at @from of the archive. 0 when the frame is whole; 1: there is more. */
static int feed(ZSTD_CCtx *c, const struct rope *archive, size_t *from, uint8_t *plain,
		struct bytes *out)
{
	size_t left = archive->len - *from, left_to_flush;
	ZSTD_inBuffer in = { plain, left < UNPACK_STEP ? left : UNPACK_STEP, 0 };
	ZSTD_EndDirective end = in.size == left ? ZSTD_e_end : ZSTD_e_continue;

	rope_copy(archive, *from, plain, in.size);
	do {
		ZSTD_outBuffer room = { bytes_room(out, UNPACK_STEP), UNPACK_STEP, 0 };

		left_to_flush = ZSTD_compressStream2(c, &room, &in, end);
		if (ZSTD_isError(left_to_flush))
			return -EIO;
		out->len += room.pos;
	} while (end == ZSTD_e_end ? left_to_flush > 0 : in.pos < in.size);
	*from += in.size;
	return end != ZSTD_e_end;
}

int zstd_pack(const struct rope *archive, unsigned level, struct bytes *out)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	int err = c ? set_parameters(c, archive->len, level) : -ENOMEM, more = 1;
	uint8_t *plain = mem_alloc(UNPACK_STEP);
	size_t from = 0;

	while (!err && more) {
		more = feed(c, archive, &from, plain, out);
		err = more < 0 ? more : 0;
	}
	free(plain);
	(void)ZSTD_freeCCtx(c); /* always 0 */
	return err;
}

int zstd_unpack(const uint8_t *data, size_t len, struct bytes *out, size_t *used)
{
	ZSTD_DStream *d = ZSTD_createDStream();
	ZSTD_inBuffer in = { data, len, 0 };
	size_t left = 1, before;

	if (!d)
		return -ENOMEM;
	do {
		ZSTD_outBuffer room = { bytes_room(out, UNPACK_STEP), UNPACK_STEP, 0 };

		before = in.pos;
		left = ZSTD_decompressStream(d, &room, &in);
		out->len += room.pos;
		before = room.pos + in.pos - before; /* how far it came */
	} while (left && !ZSTD_isError(left) && before && !bytes_full(out));
	*used = in.pos;
	(void)ZSTD_freeDStream(d); /* always 0 */
	if (bytes_full(out))
		return -EFBIG;
	return left ? -EUCLEAN : 0;
}
