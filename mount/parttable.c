#include "mount/parttable.h"

#include "lib/buf.h"
#include "lib/crc32.h"
#include "lib/cursor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* UEFI specification 2.10, 5.2 and 5.3 */
#define MBR_SIGNATURE	440
#define MBR_ENTRIES	446
#define MBR_ENTRY_SIZE	16
#define MBR_GPT		0xee
#define GPT_HEADER_MIN	92
#define GPT_ENTRY_SIZE	128		  /* the kernel takes no other */
#define GPT_ENTRIES_MAX (4 * 1024 * 1024) /* bytes; the kernel's kmalloc gives no more */
#define SECTOR_MAX	4096
#define CHUNK		(16 * 1024) /* 128 entries, which is what nearly every disk has */

/* The header's own checksum counts as zero in it. */
static uint32_t header_crc(const uint8_t *header, size_t len)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32_update(~UINT32_C(0), header, 16);

	crc = crc32_update(crc, zero, sizeof(zero));
	return ~crc32_update(crc, header + 20, len - 20);
}

/* The first three fields are little-endian, the last two bytes as they stand. */
static void put_guid(char guid[PARTTABLE_GUID_SIZE], struct cursor *c)
{
	struct buf b = buf_init(guid, PARTTABLE_GUID_SIZE);

	buf_printf(&b, "%08x", cursor_le32(c));
	buf_printf(&b, "-%04x", cursor_le16(c));
	buf_printf(&b, "-%04x", cursor_le16(c));
	for (int i = 0; i < 8; i++)
		buf_printf(&b, i == 0 || i == 2 ? "-%02x" : "%02x", cursor_u8(c));
}

struct gpt {
	uint64_t entries; /* byte of the disk */
	uint32_t entries_len, entries_crc;
};

static int gpt_header(const uint8_t *header, unsigned sector_size, uint64_t lba,
		      struct gpt *gpt)
{
	struct cursor c = cursor_over(header, sector_size);
	uint64_t entries_lba;
	uint32_t header_len, entry_count;

	cursor_seek(&c, 12);
	header_len = cursor_le32(&c);
	if (memcmp(header, "EFI PART", 8) != 0 || header_len < GPT_HEADER_MIN ||
	    header_len > sector_size || cursor_le32(&c) != header_crc(header, header_len))
		return -EUCLEAN;
	cursor_seek(&c, 24);
	if (cursor_le64(&c) != lba)
		return -EUCLEAN;
	cursor_seek(&c, 72);
	entries_lba = cursor_le64(&c);
	entry_count = cursor_le32(&c);
	if (entries_lba < 2 || entries_lba > UINT64_MAX / 2 / SECTOR_MAX ||
	    entry_count > GPT_ENTRIES_MAX / GPT_ENTRY_SIZE ||
	    cursor_le32(&c) != GPT_ENTRY_SIZE)
		return -EUCLEAN;
	gpt->entries = entries_lba * sector_size;
	gpt->entries_len = entry_count * GPT_ENTRY_SIZE;
	gpt->entries_crc = cursor_le32(&c);
	return 0;
}

/* The checksum is over all entries, so all are read; the wanted one is kept. */
static int gpt_entry(const struct parttable_disk *disk, const struct gpt *gpt,
		     uint64_t wanted, uint8_t entry[GPT_ENTRY_SIZE])
{
	uint8_t chunk[CHUNK];
	uint32_t crc = ~UINT32_C(0);

	for (uint64_t off = 0; off < gpt->entries_len;) {
		size_t len =
			gpt->entries_len - off < CHUNK ? gpt->entries_len - off : CHUNK;
		int err = disk->read(disk->ctx, gpt->entries + off, chunk, len);

		if (err)
			return err;
		crc = crc32_update(crc, chunk, len);
		if (wanted >= off && wanted - off < len)
			memcpy(entry, chunk + (wanted - off), GPT_ENTRY_SIZE);
		off += len;
	}
	return ~crc == gpt->entries_crc ? 0 : -EUCLEAN;
}

static int gpt_find(const struct parttable_disk *disk, const uint8_t *header,
		    uint64_t lba, unsigned partn, uint64_t start,
		    struct parttable_entry *out)
{
	static const uint8_t unused[16];
	uint8_t entry[GPT_ENTRY_SIZE] = { 0 };
	uint64_t wanted = (partn - 1ULL) * GPT_ENTRY_SIZE;
	struct gpt gpt;
	struct cursor c;
	int err = gpt_header(header, disk->sector_size, lba, &gpt);

	if (!err)
		err = gpt_entry(disk, &gpt, wanted, entry);
	if (err)
		return err;
	c = cursor_over(entry, sizeof(entry));
	cursor_seek(&c, 32);
	if (memcmp(entry, unused, sizeof(unused)) == 0 ||
	    (start && cursor_le64(&c) != start / disk->sector_size))
		return -ENOENT;
	cursor_seek(&c, 0);
	put_guid(out->type, &c);
	put_guid(out->uuid, &c);
	cursor_seek(&c, 48);
	out->attributes = cursor_le64(&c);
	return 0;
}

static int gpt_find_backup(const struct parttable_disk *disk, unsigned partn,
			   uint64_t start, struct parttable_entry *out)
{
	uint8_t header[SECTOR_MAX];
	uint64_t lba = disk->size / disk->sector_size;
	int err;

	if (lba-- < 2)
		return -ENODATA;
	err = disk->read(disk->ctx, lba * disk->sector_size, header, disk->sector_size);
	return err ? err : gpt_find(disk, header, lba, partn, start, out);
}

/* The tests by which the kernel tells a table from a boot sector. -EBADMSG: the table
 * only keeps the place for a GPT. */
static int mbr_find(const struct parttable_disk *disk, const uint8_t *sector,
		    unsigned partn, uint64_t start, struct parttable_entry *out)
{
	struct cursor c = cursor_over(sector, 512);
	bool credible = sector[510] == 0x55 && sector[511] == 0xaa;
	uint32_t signature, first;

	for (int i = 0; credible && i < 4; i++)
		if (sector[MBR_ENTRIES + i * MBR_ENTRY_SIZE + 4] == MBR_GPT)
			return -EBADMSG;
	for (int i = 0; i < 4; i++)
		if (sector[MBR_ENTRIES + i * MBR_ENTRY_SIZE] & 0x7f)
			credible = false;
	if (!credible)
		return -ENODATA;
	if (partn > 255)
		return -ENOENT;
	if (partn <= 4) {
		cursor_seek(&c, MBR_ENTRIES + (partn - 1) * MBR_ENTRY_SIZE + 8);
		first = cursor_le32(&c);
		if (cursor_le32(&c) == 0 || (start && first != start / disk->sector_size))
			return -ENOENT;
	}
	cursor_seek(&c, MBR_SIGNATURE);
	signature = cursor_le32(&c);
	FORMAT(out->uuid, "%08x-%02x", signature, partn);
	*out->type = '\0';
	out->attributes = 0;
	return 0;
}

int parttable_find(const struct parttable_disk *disk, unsigned partn, uint64_t start,
		   struct parttable_entry *out)
{
	unsigned sector_size = disk->sector_size;
	uint8_t first[2 * SECTOR_MAX];
	int mbr_err, err;

	if (partn == 0 || sector_size < 512 || sector_size > SECTOR_MAX ||
	    sector_size & (sector_size - 1))
		return -EINVAL;
	err = disk->read(disk->ctx, 0, first, 2 * sector_size);
	if (err)
		return err;
	mbr_err = mbr_find(disk, first, partn, start, out);
	if (!mbr_err)
		return 0;
	err = gpt_find(disk, first + sector_size, 1, partn, start, out);
	if (err && gpt_find_backup(disk, partn, start, out) == 0)
		err = 0;
	/* an MBR that is none of a GPT has the better explanation */
	return err && mbr_err != -EBADMSG ? mbr_err : err;
}
