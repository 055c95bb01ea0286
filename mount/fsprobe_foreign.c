/* What is on a disk and never a root, as few machines have it. */
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

/* ---- RAID of disk controllers: metadata near the end of whole disks, of more than
 * 1440 KiB as all RAID. The formats were never published; dmraid(8) knows them */

#define SECTOR 512

/* The first 50 bytes add up to the 51st. */
static bool is_via(struct cursor *c)
{
	uint8_t sum = 0;

	for (int i = 0; i < 50; i++)
		sum = (uint8_t)(sum + u8_at(c, (size_t)i));
	return u8_at(c, 2) <= 2 && sum == u8_at(c, 50);
}

static bool is_silicon(struct cursor *c)
{
	uint16_t sum = le16_at(c, 0x13e);

	for (size_t i = 0; i < 0x13e; i += 2)
		sum = (uint16_t)(sum + le16_at(c, i));
	return u8_at(c, 0x116) < 8 && sum == 0;
}

static bool is_adaptec(struct cursor *c)
{
	return be32_at(c, 0) == 0x37fc4d1e;
}

static const struct trailer {
	const char *type;
	uint16_t sectors; /* from the end, of 512 bytes */
	uint16_t at;	  /* in that sector, the magic number */
	const char *magic;
	uint8_t len;
	bool own_sectors; /* of the disk's size, instead */
	bool (*check)(struct cursor *sector);
} trailers[] = {
	{ "isw_raid_member", 2, 0, "Intel Raid ISM Cfg Sig. ", 24, true },
	{ "lsi_mega_raid_member", 1, 0, "$XIDE$", 6 },
	{ "via_raid_member", 1, 0, "\x55\xaa", 2, false, is_via },
	{ "silicon_medley_raid_member", 1, 0x60, "\0\0\0\x2f", 4, false, is_silicon },
	{ "nvidia_raid_member", 2, 0, "NVIDIA", 6 },
	{ "hpt45x_raid_member", 11, 0, "\xf3\x16\x78\x5a", 4 },
	{ "hpt45x_raid_member", 11, 0, "\xfd\x16\x78\x5a", 4 },
	{ "adaptec_raid_member", 1, 256, "DPTM", 4, false, is_adaptec },
	{ "jmicron_raid_member", 1, 0, "JM", 2 },
};

static bool is_trailer(struct fsprobe *p, const struct trailer *t)
{
	uint32_t own = p->src->sector_size;
	uint32_t sector = t->own_sectors && own ? own : SECTOR;
	uint64_t at = (p->src->size / sector - t->sectors) * sector;
	struct cursor c;

	if (!fsprobe_is(p, at + t->at, t->magic, t->len))
		return false;
	c = fsprobe_view(p, at, SECTOR);
	return !t->check || t->check(&c);
}

/* Promise puts it into one of many places. */
static bool is_promise(struct fsprobe *p)
{
	static const uint16_t places[] = { 63,	255, 256, 16,  399, 591, 675,
					   735, 911, 974, 991, 951, 3087 };
	const char *magic = "Promise Technology, Inc.";

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (fsprobe_is(p, (p->src->size / SECTOR - places[i]) * SECTOR, magic,
			       24))
			return true;
	return false;
}

/* SNIA's Common RAID Disk Data Format, in either byte order: an anchor in the last sector
 * or 128 KiB before it names a header with the same number. */
static bool is_ddf(struct fsprobe *p)
{
	uint64_t sectors = p->src->size / SECTOR, lba;
	struct cursor c = fsprobe_view(p, (sectors - 1) * SECTOR, SECTOR);
	uint8_t magic[4], guid[24];
	bool big;

	if (le32_at(&c, 0) != 0xde11de11 && be32_at(&c, 0) != 0xde11de11)
		c = fsprobe_view(p, (sectors - 257) * SECTOR, SECTOR);
	big = be32_at(&c, 0) == 0xde11de11;
	if (!big && le32_at(&c, 0) != 0xde11de11)
		return false;
	memcpy(magic, c.data, sizeof(magic));
	memcpy(guid, c.data + 8, sizeof(guid));
	cursor_seek(&c, 96);
	lba = big ? cursor_be64(&c) : cursor_le64(&c);
	if (lba && !fsprobe_is(p, lba << 9, magic, sizeof(magic)))
		return false;
	put_text(&p->uuid, guid, sizeof(guid));
	trim_end(&p->uuid);
	return true;
}

static int check_raid(struct fsprobe *p, struct cursor sb)
{
	(void)sb;
	if (is_ddf(p)) /* on partitions too */
		return NAMELESS;
	if (p->src->partition)
		return -ENODATA;
	for (size_t i = 0; i < sizeof(trailers) / sizeof(trailers[0]); i++) {
		if (!is_trailer(p, &trailers[i]))
			continue;
		p->type = trailers[i].type;
		return NAMELESS;
	}
	p->type = "promise_fasttrack_raid_member";
	return is_promise(p) ? NAMELESS : -ENODATA;
}

const struct fsprobe_format fsprobe_raid = {
	.type = "ddf_raid_member",
	.usage = "raid",
	.check = check_raid,
};

static int check_hpt37x(struct fsprobe *p, struct cursor sb)
{
	(void)sb;
	return p->src->partition ? -ENODATA : NAMELESS;
}

const struct fsprobe_format fsprobe_hpt37x = {
	.type = "hpt37x_raid_member",
	.usage = "raid",
	MAGICS(MAGIC("\xf0\x16\x78\x5a", 4640), MAGIC("\xfd\x16\x78\x5a", 4640)),
	.check = check_hpt37x,
};

/* ---- bcache: drivers/md/bcache/bcache_ondisk.h */

static int check_bcache(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return le64_at(&sb, 8) == 4096 / SECTOR ? NAMED : -EUCLEAN; /* where it is */
}

const struct fsprobe_format fsprobe_bcache = {
	.type = "bcache",
	.usage = "other",
	MAGICS(MAGIC("\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81",
		     4096 + 24)),
	.min_size = 8192,
	SUPERBLOCK(4096, 56),
	.uuid_off = 40,
	.check = check_bcache,
};

/* ---- DRBD: drbd_meta_data.h of versions 8 and 9 */

#define DRBD_MAGIC 0x83740267

static int check_drbd(struct fsprobe *p, struct cursor sb)
{
	uint32_t magic;
	uint64_t id;

	sb = fsprobe_view(p, p->src->size - 4096, 2048);
	magic = be32_at(&sb, 60) - DRBD_MAGIC;
	if (magic != 4 && magic != 5 && magic != 6)
		return -ENODATA;
	cursor_seek(&sb, magic == 6 ? 48 : 40);
	id = cursor_be64(&sb);
	if (id)
		buf_printf(&p->uuid, "%llx", (unsigned long long)id);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_drbd = {
	.type = "drbd",
	.usage = "raid",
	.check = check_drbd,
};

/* ---- device-mapper: LVM's first format, snapshots, dm-verity, dm-integrity, VDO */

static int check_lvm1(struct fsprobe *p, struct cursor sb)
{
	uint16_t version = le16_at(&sb, 2);

	if (version != 1 && version != 2)
		return -ENODATA;
	put_uuid_lvm(&p->uuid, sb.data + 44);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_lvm1 = {
	.type = "LVM1_member",
	.usage = "raid",
	MAGICS(MAGIC("HM", 0)),
	SUPERBLOCK(0, 172),
	.check = check_lvm1,
};

const struct fsprobe_format fsprobe_snapshot = {
	.type = "DM_snapshot_cow",
	.usage = "other",
	MAGICS(MAGIC("SnAp", 0)),
};

static int check_verity(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return le32_at(&sb, 8) == 1 ? NAMED : -ENODATA;
}

const struct fsprobe_format fsprobe_verity = {
	.type = "DM_verity_hash",
	.usage = "crypto",
	MAGICS(MAGIC("verity\0\0", 0)),
	SUPERBLOCK(0, 512),
	.uuid_off = 16,
	.check = check_verity,
};

static int check_integrity(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return u8_at(&sb, 8) ? NAMED : -ENODATA;
}

const struct fsprobe_format fsprobe_integrity = {
	.type = "DM_integrity",
	.usage = "crypto",
	MAGICS(MAGIC("integrt\0", 0)),
	SUPERBLOCK(0, 32),
	.check = check_integrity,
};

const struct fsprobe_format fsprobe_vdo = {
	.type = "vdo",
	.usage = "other",
	MAGICS(MAGIC("dmvdo001", 0)),
	SUPERBLOCK(0, 56),
	.uuid_off = 40,
};

/* ---- BitLocker: libbde's "BitLocker Drive Encryption (BDE) format". Windows 7 and later,
 * and sticks "to go", say where the metadata are */

static int check_bitlocker(struct fsprobe *p, struct cursor sb)
{
	uint8_t jump = p->magic->bytes[1];
	bool to_go = p->magic->bytes[3] == 'M';
	uint64_t metadata = le64_at(&sb, to_go ? 440 : 176);
	uint32_t serial = le32_at(&sb, 67);

	if (jump == 0x52) /* Vista */
		return NAMELESS;
	if (!metadata || !fsprobe_is(p, metadata, "-FVE-FS-", 8))
		return -ENODATA;
	if (serial && !to_go)
		buf_printf(&p->uuid, "%016d", (int32_t)serial);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_bitlocker = {
	.type = "BitLocker",
	.usage = "crypto",
	MAGICS(MAGIC("\xeb\x52\x90-FVE-FS-", 0), MAGIC("\xeb\x58\x90-FVE-FS-", 0),
	       MAGIC("\xeb\x58\x90MSWIN4.1", 0)),
	SUPERBLOCK(0, 512),
	.check = check_bitlocker,
};

/* ---- The log of an XFS that has it on a device of its own: fs/xfs/libxfs/xfs_log_format.h.
 * Somewhere in the first 256 KiB the header of a record */

static bool is_log_record(struct cursor *c)
{
	uint32_t version = be32_at(c, 8), len = cursor_be32(c), format = be32_at(c, 300);

	return be32_at(c, 0) == 0xfeedbabe && version >= 1 && version <= 3 && len >= 1 &&
	       len <= INT32_MAX && format >= 1 && format <= 3;
}

static int check_xfs_log(struct fsprobe *p, struct cursor sb)
{
	for (uint32_t at = 0; at < 256 << 10; at += SECTOR) {
		sb = fsprobe_view(p, at, 320);
		if (be32_at(&sb, 0) == 0x58465342) /* "XFSB": an XFS with its own log */
			return -ENODATA;
		if (is_log_record(&sb))
			return NAMELESS;
	}
	return -ENODATA;
}

const struct fsprobe_format fsprobe_xfs_log = {
	.type = "xfs_external_log",
	.usage = "other",
	.min_size = 10 << 20,
	.check = check_xfs_log,
};
