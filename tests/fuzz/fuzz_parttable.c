#include "mount/gptauto.h"
#include "mount/parttable.h"

#include "lib/crc32.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct image {
	uint8_t *bytes;
	size_t len;
};

static int read_image(void *ctx, uint64_t off, void *data, size_t len)
{
	const struct image *image = ctx;

	if (off > image->len || len > image->len - off)
		return -EIO;
	memcpy(data, image->bytes + off, len);
	return 0;
}

static void store_crc(uint8_t *p, const uint8_t *data, size_t len)
{
	uint32_t crc = ~crc32_update(~0U, data, len);

	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(crc >> 8 * i);
}

/* Right checksums, so that what lies behind them is reached: the header at @header, its
 * entries in the sectors behind it or before it. */
static void sign(struct image *image, size_t header_at, size_t entries_at)
{
	uint8_t *header = image->bytes + header_at;

	if (image->len < header_at + 92 || image->len < entries_at + header[80] * 128u)
		return;
	store_crc(header + 88, image->bytes + entries_at, header[80] * 128u);
	memset(header + 16, 0, 4);
	store_crc(header + 16, header, 92);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parttable_entry entry = { .uuid = "untouched" };
	char loader[PARTTABLE_GUID_SIZE] = "untouched";
	struct parttable_disk disk = { .read = read_image };
	struct image image;
	uint64_t start;
	int err;

	if (gptauto_parse_loader(data, size, loader) ? strcmp(loader, "untouched") != 0
						     : strlen(loader) != 36)
		abort();
	if (size < 2)
		return 0;
	disk.sector_size = data[0] & 1 ? 4096 : 512;
	start = data[0] & 4 ? 2048 * 512 : 0;
	image.len = size - 2;
	image.bytes = malloc(image.len);
	memcpy(image.bytes, data + 2, image.len);
	disk.ctx = &image;
	disk.size = image.len;
	if (data[0] & 2)
		sign(&image, disk.sector_size, 2 * disk.sector_size);
	if (data[0] & 8 && image.len >= 4 * disk.sector_size)
		sign(&image, (image.len / disk.sector_size - 1) * disk.sector_size,
		     2 * disk.sector_size);
	err = parttable_find(&disk, data[1], start, &entry);
	if (err ? strcmp(entry.uuid, "untouched") != 0
		: strlen(entry.uuid) != 36 && strlen(entry.uuid) != 11)
		abort();
	free(image.bytes);
	return 0;
}
