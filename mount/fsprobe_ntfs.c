/* NTFS: fs/ntfs3/ntfs.h. The label is an attribute of the fourth file, $Volume. */
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

#define CLUSTER_MAX   (2 << 20)
#define FILE_VOLUME   3
#define RECORD_LOOKED (64 << 10) /* of a record, which has 1 or 4 KiB in practice */
#define ATTR_NAME     0x60
#define ATTR_END      0xffffffff
#define ATTR_HEADER   22
#define NAME_LOOKED   1024 /* more than a label holds */

struct ntfs {
	uint32_t cluster_size;
	uint32_t record_size;
	uint64_t table; /* offset of the master file table */
};

/* Large numbers are powers of two, as a negative exponent. 0: none that can be. */
static uint32_t sectors_a_cluster(uint8_t n)
{
	if (n >= 240 && n <= 249)
		return UINT32_C(1) << (256 - n);
	return n <= 128 && n && (n & (n - 1)) == 0 ? n : 0;
}

static uint32_t record_size(uint8_t clusters, uint32_t cluster_size)
{
	if (clusters >= 0xe1 && clusters <= 0xf7)
		return UINT32_C(1) << (256 - clusters);
	if (clusters > 64 || !clusters || (clusters & (clusters - 1)))
		return 0;
	return clusters * cluster_size;
}

static bool read_ntfs(struct cursor *sb, struct ntfs *n)
{
	uint32_t sector_size = le16_at(sb, 11),
		 sectors = sectors_a_cluster(cursor_u8(sb));
	uint64_t clusters, table, mirror;

	n->cluster_size = sector_size * sectors;
	if (sector_size < 256 || sector_size > 4096 || !sectors ||
	    n->cluster_size > CLUSTER_MAX)
		return false;
	/* where FAT has its numbers: reserved sectors, FATs, entries, sectors */
	if (le32_at(sb, 14) || cursor_le16(sb) || cursor_u8(sb) || le16_at(sb, 22) ||
	    le32_at(sb, 32))
		return false;
	clusters = le64_at(sb, 40) / sectors;
	table = cursor_le64(sb);
	mirror = cursor_le64(sb);
	n->record_size = record_size(cursor_u8(sb), n->cluster_size);
	n->table = table * n->cluster_size;
	return table <= clusters && mirror <= clusters && n->record_size;
}

static bool is_file_record(struct fsprobe *p, uint64_t at, uint32_t size)
{
	return fsprobe_reaches(p, at, size) && fsprobe_is(p, at, "FILE", 4);
}

static void find_label(struct fsprobe *p, uint64_t at, uint32_t size)
{
	struct cursor c = fsprobe_view(p, at, 32);
	uint64_t off = le16_at(&c, 20), used = le32_at(&c, 28);

	while (off + ATTR_HEADER <= size && off <= used && off <= RECORD_LOOKED) {
		uint32_t type, len, name_len, name_off;

		c = fsprobe_view(p, at + off, ATTR_HEADER);
		type = cursor_le32(&c);
		len = cursor_le32(&c);
		name_len = le32_at(&c, 16);
		name_off = cursor_le16(&c);
		if (!len || type == ATTR_END)
			return;
		if (type == ATTR_NAME) {
			if (off + name_off + name_len > size)
				return;
			c = fsprobe_view(p, at + off + name_off,
					 name_len < NAME_LOOKED ? name_len : NAME_LOOKED);
			put_utf16(&p->label, c, cursor_le16);
			return;
		}
		off += len;
	}
}

static int check_ntfs(struct fsprobe *p, struct cursor sb)
{
	struct ntfs n;
	uint64_t serial = le64_at(&sb, 72), volume;

	if (!read_ntfs(&sb, &n))
		return -EUCLEAN;
	volume = n.table + (uint64_t)FILE_VOLUME * n.record_size;
	if (!is_file_record(p, n.table, n.record_size) ||
	    !is_file_record(p, volume, n.record_size))
		return -EUCLEAN;
	find_label(p, volume, n.record_size);
	if (serial)
		buf_printf(&p->uuid, "%016llX", (unsigned long long)serial);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_ntfs = {
	.type = "ntfs",
	.usage = "filesystem",
	.drivers = "ntfs3,ntfs",
	MAGICS(MAGIC("NTFS    ", 3)),
	SUPERBLOCK(0, 84),
	.check = check_ntfs,
};
