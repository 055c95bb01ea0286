#include "mount/parttable.h"

#include "lib/buf.h"
#include "lib/crc32.h"
#include "lib/cursor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* UEFI specification 2.10, 5.2 and 5.3 */
#define MBR_SIGNATURE  440
#define MBR_ENTRIES    446
#define MBR_ENTRY_SIZE 16
#define MBR_GPT	       0xee
#define GPT_HEADER_MIN 92
#define GPT_ENTRY_SIZE 128 /* the kernel takes no other */

static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	return ~crc32_update(~UINT32_C(0), data, len);
}

/* The header's own checksum counts as zero in it. */
static uint32_t header_crc(const uint8_t *header, size_t len)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32_update(~UINT32_C(0), header, 16);

	crc = crc32_update(crc, zero, sizeof(zero));
	return ~crc32_update(crc, header + 20, len - 20);
}

/* The first three fields are little-endian, the last two bytes as they stand. */
static void put_guid(char uuid[37], struct cursor *c)
{
	struct buf b = buf_init(uuid, 37);

	buf_printf(&b, "%08x", cursor_le32(c));
	buf_printf(&b, "-%04x", cursor_le16(c));
	buf_printf(&b, "-%04x", cursor_le16(c));
	for (int i = 0; i < 8; i++)
		buf_printf(&b, i == 0 || i == 2 ? "-%02x" : "%02x", cursor_u8(c));
}

static int gpt_partuuid(const uint8_t *disk, size_t len, unsigned sector_size,
			unsigned partn, char uuid[37])
{
	static const uint8_t unused[16];
	struct cursor c = cursor_over(disk, len);
	uint32_t header_len, entry_count, entries_crc;
	uint64_t own_lba, entries_lba, entries_len;
	const uint8_t *header, *entry;

	cursor_seek(&c, sector_size);
	header = cursor_bytes(&c, sector_size);
	if (!header)
		return -EMSGSIZE;
	c = cursor_over(header, sector_size);
	cursor_seek(&c, 12);
	header_len = cursor_le32(&c);
	if (memcmp(header, "EFI PART", 8) != 0 || header_len < GPT_HEADER_MIN ||
	    header_len > sector_size || cursor_le32(&c) != header_crc(header, header_len))
		return -EUCLEAN;
	cursor_seek(&c, 24);
	own_lba = cursor_le64(&c);
	cursor_seek(&c, 72);
	entries_lba = cursor_le64(&c);
	entry_count = cursor_le32(&c);
	if (own_lba != 1 || entries_lba < 2 || cursor_le32(&c) != GPT_ENTRY_SIZE)
		return -EUCLEAN;
	entries_crc = cursor_le32(&c);

	entries_len = (uint64_t)entry_count * GPT_ENTRY_SIZE;
	if (entries_lba > len / sector_size ||
	    entries_len > len - entries_lba * sector_size)
		return -EMSGSIZE;
	entry = disk + entries_lba * sector_size;
	if (crc32_of(entry, entries_len) != entries_crc)
		return -EUCLEAN;
	if (partn > entry_count)
		return -ENOENT;
	entry += (size_t)(partn - 1) * GPT_ENTRY_SIZE;
	if (memcmp(entry, unused, sizeof(unused)) == 0)
		return -ENOENT;
	c = cursor_over(entry + 16, 16);
	put_guid(uuid, &c);
	return 0;
}

struct mbr {
	uint32_t signature;
	uint32_t sectors[4];
	bool protective; /* a GPT follows */
};

/* The tests by which the kernel tells a table from a boot sector
 * (block/partitions/msdos.c). */
static int mbr_read(const uint8_t *disk, size_t len, struct mbr *mbr)
{
	struct cursor c = cursor_over(disk, len);

	*mbr = (struct mbr){ 0 };
	if (len < 512 || disk[510] != 0x55 || disk[511] != 0xaa)
		return -ENODATA;
	cursor_seek(&c, MBR_SIGNATURE);
	mbr->signature = cursor_le32(&c);
	for (int i = 0; i < 4; i++) {
		const uint8_t *entry = disk + MBR_ENTRIES + i * MBR_ENTRY_SIZE;

		if (entry[4] == MBR_GPT)
			mbr->protective = true;
		else if (entry[0] & 0x7f)
			return -ENODATA;
		cursor_seek(&c, (size_t)(entry - disk) + 12);
		mbr->sectors[i] = cursor_le32(&c);
	}
	return 0;
}

int parttable_partuuid(const uint8_t *disk, size_t len, unsigned sector_size,
		       unsigned partn, char uuid[37])
{
	struct mbr mbr;
	struct buf b;
	int err;

	if (partn == 0 || sector_size < 512 || sector_size > 4096 ||
	    sector_size & (sector_size - 1))
		return -EINVAL;
	err = mbr_read(disk, len, &mbr);
	if (err)
		return err;
	if (mbr.protective)
		return gpt_partuuid(disk, len, sector_size, partn, uuid);
	if (partn > 255 || (partn <= 4 && mbr.sectors[partn - 1] == 0))
		return -ENOENT;
	b = buf_init(uuid, 37);
	buf_printf(&b, "%08x-%02x", mbr.signature, partn);
	return 0;
}
