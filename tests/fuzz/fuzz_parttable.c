#include "mount/parttable.h"

#include "lib/crc32.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void store_crc(uint8_t *p, const uint8_t *data, size_t len)
{
	uint32_t crc = ~crc32_update(~0U, data, len);

	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(crc >> 8 * i);
}

/* Right checksums, so that what lies behind them is reached: @entries in the usual place.
 */
static void sign(uint8_t *disk, size_t len, size_t sector_size)
{
	uint8_t *header = disk + sector_size;

	if (len < 2 * sector_size || len - 2 * sector_size < header[80] * 128u)
		return;
	store_crc(header + 88, header + sector_size, header[80] * 128u);
	memset(header + 16, 0, 4);
	store_crc(header + 16, header, header[12] < 92 ? 92 : header[12]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char uuid[37] = "untouched";
	size_t sector_size;
	uint8_t *disk;
	int err;

	if (size < 2)
		return 0;
	sector_size = data[0] & 1 ? 4096 : 512;
	disk = malloc(size - 2);
	memcpy(disk, data + 2, size - 2);
	if (data[0] & 2)
		sign(disk, size - 2, sector_size);
	err = parttable_partuuid(disk, size - 2, (unsigned)sector_size, data[1], uuid);
	if (err ? strcmp(uuid, "untouched") != 0
		: strlen(uuid) != 36 && strlen(uuid) != 11)
		abort();
	free(disk);
	return 0;
}
