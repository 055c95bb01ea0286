#include "initramfs/compress.h"

#include "initramfs/compress_formats.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int pack_none(const struct rope *archive, unsigned level, struct bytes *out)
{
	(void)level; /* it has none */
	rope_copy(archive, 0, bytes_room(out, archive->len), archive->len);
	out->len += archive->len;
	return 0;
}

#define MAGIC(bytes) .magic = bytes, .magic_len = sizeof(bytes) - 1

/* What the kernel unpacks (lib/decompress.c). */
static const struct compression compressions[] = {
	{ .name = "gzip",
	  MAGIC("\x1f\x8b"),
	  .kernel_option = "RD_GZIP",
	  .level_max = 12,
	  .pack = gzip_pack,
	  .unpack = gzip_unpack },
	{ .name = "zstd",
	  MAGIC("\x28\xb5\x2f\xfd"),
	  .kernel_option = "RD_ZSTD",
	  .level_max = 22,
	  .pack = zstd_pack,
	  .unpack = zstd_unpack },
	{ .name = "lz4",
	  MAGIC("\x02\x21\x4c\x18"),
	  .kernel_option = "RD_LZ4",
	  .level_max = 12,
	  .level_default = 9,
	  .pack = lz4_pack,
	  .unpack = lz4_unpack },
	{ .name = "xz",
	  MAGIC("\xfd\x37zXZ\x00"),
	  .kernel_option = "RD_XZ",
	  .level_max = 9,
	  .level_default = 6,
	  .pack = xz_pack,
	  .unpack = xz_unpack },
	{ .name = "none", .pack = pack_none },
	{ .name = "bzip2",
	  MAGIC("BZh"),
	  .kernel_option = "RD_BZIP2",
	  .unpack = bzip2_unpack },
	{ .name = "lzma",
	  MAGIC("\x5d\x00\x00"),
	  .kernel_option = "RD_LZMA",
	  .unpack = lzma_unpack },
	{ .name = "lzo",
	  MAGIC("\x89LZO\x00\r\n\x1a\n"),
	  .kernel_option = "RD_LZO",
	  .unpack = lzo_unpack },
};

#define COUNT (sizeof(compressions) / sizeof(compressions[0]))

int packing_parse(const char *spec, struct packing *out)
{
	size_t len = strcspn(spec, ":");

	for (size_t i = 0; i < COUNT; i++) {
		const struct compression *c = &compressions[i];
		uint32_t level = c->level_default;

		if (!c->pack || strlen(c->name) != len || memcmp(c->name, spec, len) != 0)
			continue;
		if (spec[len] && (str_parse_u32(spec + len + 1, 10, &level) ||
				  level == 0 || level > c->level_max))
			return -EINVAL;
		*out = (struct packing){ .compression = c, .level = level };
		return 0;
	}
	return -EINVAL;
}

int packing_pack(const struct packing *packing, const void *data, size_t len,
		 struct bytes *out)
{
	struct rope whole = { 0 };
	int err;

	rope_refer(&whole, data, len);
	err = packing->compression->pack(&whole, packing->level, out);
	rope_free(&whole);
	return err;
}

const struct compression *compression_by_magic(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < COUNT; i++) {
		const struct compression *c = &compressions[i];

		if (c->magic && len >= c->magic_len &&
		    memcmp(data, c->magic, c->magic_len) == 0)
			return c;
	}
	return NULL;
}

const struct compression *compression_at(size_t number)
{
	return number < COUNT ? &compressions[number] : NULL;
}
