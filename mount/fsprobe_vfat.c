/* FAT12, FAT16 and FAT32: Microsoft's "FAT: General Overview of On-Disk Format". Many
 * boot sectors look like one, so every field is looked at. */
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

#define FAT12_MAX     0xff4 /* clusters */
#define FAT16_MAX     0xfff4
#define FAT32_MAX     0x0ffffff6
#define ENTRY_SIZE    32 /* of a directory */
#define FAT32_CHAIN   99 /* clusters of the root directory that are looked through */
#define TINY	      (1440 * 1024)
#define SIGN_SERIAL   0x28 /* the extended boot sector has a serial number */
#define SIGN_EXTENDED 0x29

struct fat {
	uint32_t sector_size, cluster_sectors, reserved;
	uint32_t fats, dir_entries, fat16_sectors, fat32_sectors;
	uint32_t all_fat_sectors;
	uint32_t root_cluster, fsinfo_sector;
};

static bool is_power_of_2(uint32_t n)
{
	return n && (n & (n - 1)) == 0;
}

/* Without a name in it, it must at least be a boot sector, and not that of OS/2. */
static bool is_boot_sector(struct cursor *sb)
{
	return le16_at(sb, 510) == 0xaa55 &&
	       memcmp(sb->data + 0x36, "JFS     ", 8) != 0 &&
	       memcmp(sb->data + 0x36, "HPFS    ", 8) != 0;
}

static bool read_fat(struct cursor *sb, struct fat *f)
{
	uint32_t sectors = le16_at(sb, 0x13), dir_sectors, clusters, most;
	uint8_t media = u8_at(sb, 0x15);

	*f = (struct fat){
		.sector_size = le16_at(sb, 0x0b),
		.cluster_sectors = u8_at(sb, 0x0d),
		.reserved = le16_at(sb, 0x0e),
		.fats = u8_at(sb, 0x10),
		.dir_entries = le16_at(sb, 0x11),
		.fat16_sectors = le16_at(sb, 0x16),
		.fat32_sectors = le32_at(sb, 0x24),
		.root_cluster = le32_at(sb, 0x2c),
		.fsinfo_sector = le16_at(sb, 0x30),
	};
	if (!f->fats || !f->reserved || (media < 0xf8 && media != 0xf0) ||
	    !is_power_of_2(f->cluster_sectors) || !is_power_of_2(f->sector_size) ||
	    f->sector_size < 512 || f->sector_size > 4096)
		return false;
	if (sectors == 0)
		sectors = le32_at(sb, 0x20);
	f->all_fat_sectors =
		f->fats * (f->fat16_sectors ? f->fat16_sectors : f->fat32_sectors);
	dir_sectors = (f->dir_entries * ENTRY_SIZE + f->sector_size - 1) / f->sector_size;
	clusters = (sectors - (f->reserved + f->all_fat_sectors + dir_sectors)) /
		   f->cluster_sectors;
	if (!f->fat16_sectors && f->fat32_sectors)
		most = FAT32_MAX;
	else
		most = clusters > FAT12_MAX ? FAT16_MAX : FAT12_MAX;
	return clusters <= most;
}

/* The label is the entry of a directory that has this bit, and no contents. 0: found or
 * not there, -ENODATA: the directory goes on elsewhere. */
static int find_label(struct fsprobe *p, uint64_t off, uint32_t entries)
{
	/* of a small disk, libblkid takes what it can get */
	if (p->src->size > TINY &&
	    !fsprobe_reaches(p, off, (uint64_t)entries * ENTRY_SIZE))
		return -ENODATA;
	for (uint32_t i = 0; i < entries; i++, off += ENTRY_SIZE) {
		struct cursor entry = fsprobe_view(p, off, ENTRY_SIZE);
		uint8_t first = u8_at(&entry, 0), attributes = u8_at(&entry, 11);

		if (first == 0)
			return -ENODATA;
		if (first == 0xe5 ||
		    (attributes & 0x3f) == 0x0f || /* deleted, a long name */
		    le16_at(&entry, 20) || le16_at(&entry, 26) || /* its first cluster */
		    (attributes & 0x18) != 0x08) /* not a volume, or a directory */
			continue;
		if (first == 0x05) /* stands for a letter that means "deleted" */
			buf_put(&p->label, "\xe5", 1);
		put_text(&p->label, entry.data + (first == 0x05), 11u - (first == 0x05));
		return 0;
	}
	return -ENODATA;
}

static void find_label_fat32(struct fsprobe *p, const struct fat *f)
{
	uint32_t cluster_size = f->cluster_sectors * f->sector_size;
	uint32_t entries = (uint32_t)((uint64_t)f->fat32_sectors * f->sector_size /
				      sizeof(uint32_t));
	uint32_t cluster = f->root_cluster;

	for (int i = 0; cluster && cluster < entries && i < FAT32_CHAIN; i++) {
		uint32_t sector = f->reserved + f->all_fat_sectors +
				  (cluster - 2) * f->cluster_sectors;
		uint64_t next = (uint64_t)f->reserved * f->sector_size + 4ULL * cluster;
		struct cursor c;

		if (find_label(p, (uint64_t)sector * f->sector_size,
			       cluster_size / ENTRY_SIZE) == 0)
			return;
		if (!fsprobe_reaches(p, next, cluster_size))
			return;
		c = fsprobe_view(p, next, 4);
		cluster = cursor_le32(&c) & 0x0fffffff;
	}
}

/* Some leave it empty. */
static bool is_fsinfo(struct fsprobe *p, const struct fat *f)
{
	struct cursor c;
	uint32_t first, second;

	if (!f->fsinfo_sector)
		return true;
	c = fsprobe_view(p, (uint64_t)f->fsinfo_sector * f->sector_size, 512);
	first = cursor_le32(&c);
	second = le32_at(&c, 484);
	return c.len && (first == 0x41615252 || first == 0x41645252 || first == 0) &&
	       (second == 0x61417272 || second == 0);
}

static void put_serial(struct buf *b, uint32_t serial)
{
	if (serial)
		buf_printf(b, "%04X-%04X", serial >> 16, serial & 0xffff);
}

static int check_vfat(struct fsprobe *p, struct cursor sb)
{
	struct fat f;
	uint8_t sign = u8_at(&sb, 0x26);
	uint32_t serial16 = le32_at(&sb, 0x27), serial32 = le32_at(&sb, 0x43);

	if ((p->magic->len <= 2 && !is_boot_sector(&sb)) || !read_fat(&sb, &f))
		return -ENODATA;
	if (f.fat16_sectors) {
		uint32_t root = (f.reserved + f.all_fat_sectors) * f.sector_size;

		(void)find_label(p, root, f.dir_entries); /* or no label */
		if (sign == SIGN_SERIAL || sign == SIGN_EXTENDED)
			put_serial(&p->uuid, serial16);
	} else if (f.fat32_sectors) {
		find_label_fat32(p, &f);
		put_serial(&p->uuid, serial32);
		if (!is_fsinfo(p, &f))
			return -EUCLEAN;
	}
	return NAMELESS;
}

/* The last three are what any boot sector may begin and end with. */
const struct fsprobe_format fsprobe_vfat = {
	FILESYSTEM("vfat"),
	MAGICS(MAGIC("MSWIN", 0x52), MAGIC("FAT32   ", 0x52), MAGIC("MSDOS", 0x36),
	       MAGIC("FAT16   ", 0x36), MAGIC("FAT12   ", 0x36), MAGIC("FAT     ", 0x36),
	       MAGIC("\xeb", 0), MAGIC("\xe9", 0), MAGIC("\x55\xaa", 0x1fe)),
	SUPERBLOCK(0, 512),
	.check = check_vfat,
};
