/* What is on a disk and never a root, as virtual machines meet it. */
#include "mount/fsprobe_format.h"

#include "lib/crc32.h"

#include <errno.h>
#include <string.h>

/* ---- Linux RAID: include/uapi/linux/raid/md_p.h */

#define MD_MAGIC    0xa92b4efc
#define MD_RESERVED 0x10000 /* at the end, by metadata 0.90 */

static void put_be32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * (3 - i));
}

/* Metadata 0.90: 32-bit words in the byte order of the machine that wrote them. */
static bool is_md0(struct fsprobe *p, uint64_t at)
{
	static const uint8_t words[] = { 5, 13, 14, 15 }; /* of the UUID */
	struct cursor sb = fsprobe_view(p, at, 64);
	uint32_t (*word)(struct cursor *, size_t) =
		le32_at(&sb, 0) == MD_MAGIC ? le32_at : be32_at;
	uint64_t size = (uint64_t)word(&sb, 32) << 10;
	uint8_t uuid[16] = { 0 };

	/* the data lies before the superblock, all of it */
	if (word(&sb, 0) != MD_MAGIC || p->src->size < size + MD_RESERVED || at < size)
		return false;
	for (size_t i = 0; i < (word(&sb, 8) < 90 ? 1 : sizeof(words)); i++)
		put_be32(uuid + 4 * i, word(&sb, 4u * words[i]));
	put_uuid_bytes(&p->uuid, uuid);
	return true;
}

static bool is_md1(struct fsprobe *p, uint64_t at)
{
	struct cursor sb = fsprobe_view(p, at, 256);

	if (le64_at(&sb, 0) != (1ULL << 32 | MD_MAGIC) || le64_at(&sb, 144) != at / 512)
		return false;
	put_uuid_bytes(&p->uuid, sb.data + 16);
	put_text(&p->label, sb.data + 32, 32);
	return true;
}

static int check_md(struct fsprobe *p, struct cursor sb)
{
	uint64_t size = p->src->size;

	(void)sb;
	if (is_md0(p, size / MD_RESERVED * MD_RESERVED - MD_RESERVED) ||
	    is_md1(p, size / 4096 * 4096 - 8192) || /* 1.0 */
	    is_md1(p, 0) || is_md1(p, 4096))	    /* 1.1, 1.2 */
		return NAMELESS;
	return -ENODATA;
}

const struct fsprobe_format fsprobe_md = {
	.type = "linux_raid_member",
	.usage = "raid",
	.check = check_md,
};

/* ---- LVM2: lib/format_text/layout.h. The label stands in one of the first four sectors
 */

static int check_lvm2(struct fsprobe *p, struct cursor sb)
{
	uint32_t sector = p->magic->at / 1024 * 2, crc;
	const uint8_t *covered;

	sector += !fsprobe_is(p, sector * 512, "LABELONE", 8);
	sb = fsprobe_view(p, sector * 512, 512);
	crc = le32_at(&sb, 16);
	covered = cursor_bytes(&sb, 512 - 20);
	if (!covered || memcmp(sb.data, "LABELONE", 8) != 0 ||
	    le64_at(&sb, 8) != sector ||
	    crc32_update(0xf597a6cf, covered, 512 - 20) != crc)
		return -EUCLEAN;
	put_uuid_lvm(&p->uuid, sb.data + 32);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_lvm2 = {
	.type = "LVM2_member",
	.usage = "raid",
	MAGICS(MAGIC("LVM2 001", 512 + 24), MAGIC("LVM2 001", 24),
	       MAGIC("LVM2 001", 1024 + 24), MAGIC("LVM2 001", 1536 + 24)),
	.check = check_lvm2,
};

/* ---- LUKS: on-disk formats 1 and 2 of cryptsetup. A label, and a second header behind the
 * first, are new in 2 */

#define LUKS	   "LUKS\xba\xbe"
#define LUKS_AGAIN "SKUL\xba\xbe"

static int put_luks(struct fsprobe *p, struct cursor sb)
{
	uint16_t version;

	cursor_seek(&sb, 6);
	version = cursor_be16(&sb);
	if (version == 1 || version == 2)
		put_text(&p->uuid, sb.data + 168, 40);
	if (version == 2)
		put_text(&p->label, sb.data + 24, 48);
	trim_end(&p->uuid);
	return NAMELESS;
}

/* Up to @to; 512 bytes must be there at each place. */
static int find_luks_again(struct fsprobe *p, uint32_t from, uint32_t to)
{
	for (uint32_t at = from; at <= to; at *= 2) {
		struct cursor sb = fsprobe_view(p, at, 512);

		if (!sb.len)
			return -ENODATA;
		if (memcmp(sb.data, LUKS_AGAIN, 6) == 0)
			return put_luks(p, sb);
	}
	return -ENODATA;
}

static int check_luks(struct fsprobe *p, struct cursor sb)
{
	sb = fsprobe_view(p, 0, 512);
	if (sb.len && memcmp(sb.data, LUKS, 6) == 0)
		return put_luks(p, sb);
	return find_luks_again(p, 0x4000, 0x10000);
}

const struct fsprobe_format fsprobe_luks = {
	.type = "crypto_LUKS",
	.usage = "crypto",
	.check = check_luks,
};

/* First headers that were made larger than usual: each place is a read of its own, which
 * no disk with a file system shall cost. Here libblkid differs, and looks in any case. */
static int check_luks_far(struct fsprobe *p, struct cursor sb)
{
	(void)sb;
	return find_luks_again(p, 0x20000, 0x400000);
}

const struct fsprobe_format fsprobe_luks_far = {
	.type = "crypto_LUKS",
	.usage = "crypto",
	.last_resort = true,
	.check = check_luks_far,
};

/* ---- swap: include/linux/swap.h, kernel/power/ */

#define TUXONICE "\xed\xc3\x02\xe9\x98\x56\xe5\x0c"
#define SWAP                                                        \
	.usage = "other", .ends_page = true, .min_size = 10 * 4096, \
	SUPERBLOCK(1024, 516), .uuid_off = 12, LABEL(28, 16)

/* Padding: something older shows when it is not zero. */
static int check_swsuspend(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return le64_at(&sb, 172) == 0 ? NAMED : NAMELESS;
}

static int check_swap(struct fsprobe *p, struct cursor sb)
{
	uint32_t version = le32_at(&sb, 0), last_page = cursor_le32(&sb);
	bool nameless = le64_at(&sb, 172) != 0;

	/* which leaves the header of the swap as it is */
	if (fsprobe_is(p, 0, TUXONICE, 8))
		return -ENODATA;
	if (p->magic->bytes[4] == '-') /* version 0 has no names */
		return NAMELESS;
	if ((version != 1 && version != 0x01000000) || last_page == 0)
		return -EUCLEAN;
	return nameless ? NAMELESS : NAMED;
}

/* How far from the end of a page: at ten bytes, even those that are shorter. */
const struct fsprobe_format fsprobe_swsuspend = {
	.type = "swsuspend",
	SWAP,
	MAGICS(MAGIC(TUXONICE, 0), MAGIC("S1SUSPEND", 10), MAGIC("S2SUSPEND", 10),
	       MAGIC("ULSUSPEND", 10), MAGIC("LINHIB0001", 10)),
	.check = check_swsuspend,
};

const struct fsprobe_format fsprobe_swap = {
	.type = "swap",
	SWAP,
	MAGICS(MAGIC("SWAP-SPACE", 10), MAGIC("SWAPSPACE2", 10)),
	.check = check_swap,
};
