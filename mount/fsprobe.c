#include "mount/fsprobe.h"

#include "lib/buf.h"
#include "lib/crc32.h"
#include "lib/cursor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum uuid_kind {
	UUID_NONE,
	UUID_BYTES, /* 16 of them, RFC 4122 order */
	UUID_TEXT,  /* 40 characters, padded with NUL */
	UUID_LVM,   /* 32 characters without the dashes that LVM prints */
};

enum label_kind {
	LABEL_NONE,
	LABEL_BYTES,
	LABEL_UTF16, /* little-endian */
};

/* A check says this, -ENODATA (another format with the same magic) or -EUCLEAN. */
enum verdict {
	NAMED,	  /* publish UUID and label */
	NAMELESS, /* the type is sure, the fields of UUID and label are not */
};

struct format {
	const char *type;
	const char *usage;
	bool enabled;
	uint8_t magic_len;
	bool magic_ends_page; /* of 4 to 64 KiB, instead of @magic_off */
	const char *magic;
	uint32_t magic_off;	 /* from the start of the device, as @at */
	uint32_t at;		 /* superblock */
	uint16_t size;		 /* how much of the superblock must be there */
	uint16_t uuid_off;	 /* from the superblock, as all below */
	uint16_t own_sector_off; /* a 64-bit le number; 0: not noted */
	uint16_t label_off;
	uint16_t label_len;
	enum uuid_kind uuid;
	enum label_kind label;
	int (*check)(struct cursor *sb);
};

static uint32_t le32_at(struct cursor *sb, size_t off)
{
	cursor_seek(sb, off);
	return cursor_le32(sb);
}

static uint64_t le64_at(struct cursor *sb, size_t off)
{
	cursor_seek(sb, off);
	return cursor_le64(sb);
}

static uint32_t be32_at(struct cursor *sb, size_t off)
{
	cursor_seek(sb, off);
	return cursor_be32(sb);
}

/* ---- ext2, ext3, ext4: fs/ext4/ext4.h. One layout, told apart by feature bits */

#define EXT_COMPAT_HAS_JOURNAL	 0x4
#define EXT_INCOMPAT_JOURNAL_DEV 0x8
/* What the ext2 and ext3 drivers understand; a bit outside makes it ext4. */
#define EXT2_INCOMPAT  (0x2 | 0x10)	     /* FILETYPE, META_BG */
#define EXT3_INCOMPAT  (EXT2_INCOMPAT | 0x4) /* RECOVER */
#define EXT3_RO_COMPAT (0x1 | 0x2 | 0x4)     /* SPARSE_SUPER, LARGE_FILE, BTREE_DIR */

struct ext_features {
	bool journal, journal_device;
	bool beyond_ext2, beyond_ext3;
};

static struct ext_features ext_features(struct cursor *sb)
{
	uint32_t compat = le32_at(sb, 0x5c);
	uint32_t incompat = cursor_le32(sb);
	uint32_t ro_compat = cursor_le32(sb);

	return (struct ext_features){
		.journal = compat & EXT_COMPAT_HAS_JOURNAL,
		.journal_device = incompat & EXT_INCOMPAT_JOURNAL_DEV,
		.beyond_ext2 = incompat & ~EXT2_INCOMPAT || ro_compat & ~EXT3_RO_COMPAT,
		.beyond_ext3 = incompat & ~EXT3_INCOMPAT || ro_compat & ~EXT3_RO_COMPAT,
	};
}

static int check_ext4(struct cursor *sb)
{
	struct ext_features f = ext_features(sb);

	return f.beyond_ext3 && !f.journal_device ? NAMED : -ENODATA;
}

static int check_ext3(struct cursor *sb)
{
	struct ext_features f = ext_features(sb);

	return f.journal && !f.beyond_ext3 ? NAMED : -ENODATA;
}

static int check_ext2(struct cursor *sb)
{
	struct ext_features f = ext_features(sb);

	return !f.journal && !f.beyond_ext2 ? NAMED : -ENODATA;
}

static int check_jbd(struct cursor *sb)
{
	return ext_features(sb).journal_device ? NAMED : -ENODATA;
}

/* ---- XFS: fs/xfs/libxfs/xfs_format.h. Four letters at offset 0 are too little to go by
 */

static bool is_log2(uint32_t value, uint8_t log, uint8_t min, uint8_t max)
{
	return log >= min && log <= max && value == UINT32_C(1) << log;
}

static int check_xfs(struct cursor *sb)
{
	uint32_t block_size = be32_at(sb, 4);
	uint64_t blocks = cursor_be64(sb);
	uint64_t rt_extent = (uint64_t)be32_at(sb, 80) * block_size;
	uint64_t ag_blocks = cursor_be32(sb), ag_count = cursor_be32(sb);
	uint32_t sizes = be32_at(sb, 102); /* of a sector and of an inode */
	uint32_t logs = be32_at(sb, 120);  /* block, sector, inode, inodes per block */
	uint32_t inode_percent = be32_at(sb, 124) & 0xff;
	uint8_t block_log = logs >> 24, sector_log = logs >> 16, inode_log = logs >> 8;

	if (!is_log2(block_size, block_log, 9, 16) ||
	    !is_log2(sizes >> 16, sector_log, 9, 15) ||
	    !is_log2(sizes & 0xffff, inode_log, 8, 11) ||
	    block_log - inode_log != (uint8_t)logs || inode_percent > 100 ||
	    rt_extent < 4096 || rt_extent > 1 << 30 || ag_count == 0 || blocks == 0 ||
	    blocks > ag_count * ag_blocks || blocks < (ag_count - 1) * ag_blocks + 64)
		return -EUCLEAN;
	return NAMED;
}

/* ---- the others */

static int check_squashfs(struct cursor *sb)
{
	/* layouts before 4.0 are no longer mounted */
	cursor_seek(sb, 28);
	return cursor_le16(sb) >= 4 ? NAMED : -ENODATA;
}

/* Version 1.0 had a layout of its own. */
static int check_f2fs(struct cursor *sb)
{
	return le32_at(sb, 4) == 1 ? NAMELESS : NAMED;
}

static int check_swap(struct cursor *sb)
{
	uint32_t version = le32_at(sb, 0), last_page = cursor_le32(sb);

	if ((version != 1 && version != 0x01000000) || last_page == 0)
		return -EUCLEAN;
	/* padding: something older shows when it is not zero */
	return le64_at(sb, 172) == 0 ? NAMED : NAMELESS;
}

static int check_swsuspend(struct cursor *sb)
{
	return le64_at(sb, 172) == 0 ? NAMED : NAMELESS;
}

static int check_lvm(struct cursor *sb)
{
	uint32_t crc = le32_at(sb, 16);
	const uint8_t *covered = cursor_bytes(sb, 512 - 20);

	if (memcmp(sb->data, "LABELONE", 8) != 0 ||
	    crc32_update(0xf597a6cf, covered, 512 - 20) != crc)
		return -EUCLEAN;
	return NAMED;
}

/* ---- the table, in the order in which libblkid looks: containers first */

#define MEMBERS		      IS_ENABLED(CONFIG_FSPROBE_MEMBERS)
#define MAGIC(bytes)	      .magic = bytes, .magic_len = sizeof(bytes) - 1
#define UUID(kind, off)	      .uuid = kind, .uuid_off = off
#define LABEL(kind, off, len) .label = kind, .label_off = off, .label_len = len

#define MD(start)                                                                        \
	.type = "linux_raid_member", .usage = "raid", .enabled = MEMBERS,                \
	MAGIC("\xfc\x4e\x2b\xa9\1\0\0\0"), .magic_off = start, .at = start, .size = 256, \
	UUID(UUID_BYTES, 16), LABEL(LABEL_BYTES, 32, 32), .own_sector_off = 144
#define LVM2(start)                                                                    \
	.type = "LVM2_member", .usage = "raid", .enabled = MEMBERS, MAGIC("LVM2 001"), \
	.magic_off = start + 24, .at = start, .size = 512, UUID(UUID_LVM, 32),         \
	.own_sector_off = 8, .check = check_lvm
#define LUKS(magic_and_version)                                       \
	.type = "crypto_LUKS", .usage = "crypto", .enabled = MEMBERS, \
	MAGIC("LUKS\xba\xbe" magic_and_version), .size = 512
#define SWAP(kind, signature)                                                 \
	.type = kind, .usage = "other", .enabled = MEMBERS, MAGIC(signature), \
	.magic_ends_page = true, .at = 1024, .size = 512
#define SWAP_NAMES UUID(UUID_BYTES, 12), LABEL(LABEL_BYTES, 28, 16)
#define EXT(kind, use)                                                         \
	.type = kind, .usage = use, .enabled = IS_ENABLED(CONFIG_FSPROBE_EXT), \
	MAGIC("\x53\xef"), .magic_off = 0x438, .at = 0x400, .size = 512,       \
	UUID(UUID_BYTES, 0x68), LABEL(LABEL_BYTES, 0x78, 16)
#define FILESYSTEM(kind, option) .type = kind, .usage = "filesystem", .enabled = option

static const struct format formats[] = {
	{ MD(0) },    /* superblock 1.1 */
	{ MD(4096) }, /* 1.2 */
	{ LVM2(0) },
	{ LVM2(512) },
	{ LVM2(1024) },
	{ LVM2(1536) },
	{ LUKS("\0\1"), UUID(UUID_TEXT, 168) },
	{ LUKS("\0\2"), UUID(UUID_TEXT, 168), LABEL(LABEL_BYTES, 24, 48) },
	{ LUKS("") },
	{ SWAP("swsuspend", "S1SUSPEND\0"), SWAP_NAMES, .check = check_swsuspend },
	{ SWAP("swsuspend", "S2SUSPEND\0"), SWAP_NAMES, .check = check_swsuspend },
	{ SWAP("swsuspend", "ULSUSPEND\0"), SWAP_NAMES, .check = check_swsuspend },
	{ SWAP("swsuspend", "LINHIB0001"), SWAP_NAMES, .check = check_swsuspend },
	{ SWAP("swap", "SWAP-SPACE") }, /* version 0 has no names */
	{ SWAP("swap", "SWAPSPACE2"), SWAP_NAMES, .check = check_swap },
	{ FILESYSTEM("xfs", IS_ENABLED(CONFIG_FSPROBE_XFS)), MAGIC("XFSB"), .size = 264,
	  UUID(UUID_BYTES, 32), LABEL(LABEL_BYTES, 108, 12), .check = check_xfs },
	{ EXT("ext4", "filesystem"), .check = check_ext4 },
	{ EXT("ext3", "filesystem"), .check = check_ext3 },
	{ EXT("ext2", "filesystem"), .check = check_ext2 },
	{ EXT("jbd", "other"), .check = check_jbd },
	{ FILESYSTEM("squashfs", IS_ENABLED(CONFIG_FSPROBE_SQUASHFS)), MAGIC("hsqs"),
	  .size = 96, .check = check_squashfs },
	{ FILESYSTEM("btrfs", IS_ENABLED(CONFIG_FSPROBE_BTRFS)), MAGIC("_BHRfS_M"),
	  .magic_off = 0x10040, .at = 0x10000, .size = 4096, UUID(UUID_BYTES, 32),
	  LABEL(LABEL_BYTES, 299, 256) },
	{ FILESYSTEM("f2fs", IS_ENABLED(CONFIG_FSPROBE_F2FS)), MAGIC("\x10\x20\xf5\xf2"),
	  .magic_off = 1024, .at = 1024, .size = 1148, UUID(UUID_BYTES, 108),
	  LABEL(LABEL_UTF16, 124, 1024), .check = check_f2fs },
	{ FILESYSTEM("erofs", IS_ENABLED(CONFIG_FSPROBE_EROFS)),
	  MAGIC("\xe2\xe1\xf5\xe0"), .magic_off = 1024, .at = 1024, .size = 128,
	  UUID(UUID_BYTES, 48), LABEL(LABEL_BYTES, 64, 16) },
};

static bool bytes_at(const uint8_t *img, size_t len, size_t off, const char *bytes,
		     size_t n)
{
	return off <= len && n <= len - off && memcmp(img + off, bytes, n) == 0;
}

static bool has_magic(const struct format *f, const uint8_t *img, size_t len)
{
	if (!f->magic_ends_page)
		return bytes_at(img, len, f->magic_off, f->magic, f->magic_len);
	for (size_t page = 4096; page <= 65536; page *= 2)
		if (bytes_at(img, len, page - f->magic_len, f->magic, f->magic_len))
			return true;
	return false;
}

/* As libblkid does with what mkfs padded. */
static void trim_end(struct buf *b)
{
	while (b->len > 0 && strchr(" \t\n\v\f\r", b->data[b->len - 1]))
		b->data[--b->len] = '\0';
}

/* An all-zero UUID is none. */
static void put_uuid(struct buf *b, enum uuid_kind kind, const uint8_t *p)
{
	static const uint8_t zero[16];

	switch (kind) {
	case UUID_NONE:
		break;
	case UUID_BYTES:
		if (memcmp(p, zero, sizeof(zero)) == 0)
			break;
		for (int i = 0; i < 16; i++) {
			bool group = i == 4 || i == 6 || i == 8 || i == 10;

			buf_printf(b, group ? "-%02x" : "%02x", p[i]);
		}
		break;
	case UUID_TEXT:
		buf_put(b, (const char *)p, strnlen((const char *)p, 40));
		trim_end(b);
		break;
	case UUID_LVM: /* groups of 6-4-4-4-4-4-6 */
		for (int i = 0; i < 32; i++) {
			if (i >= 6 && i % 4 == 2 && i < 30)
				buf_puts(b, "-");
			buf_put(b, (const char *)p + i, 1);
		}
		break;
	}
}

static void put_utf8(struct buf *b, uint32_t code)
{
	static const uint8_t leads[] = { 0, 0xc0, 0xe0, 0xf0 };
	int following = (code >= 0x80) + (code >= 0x800) + (code >= 0x10000);
	char byte = (char)(leads[following] | code >> 6 * following);

	buf_put(b, &byte, 1);
	while (following-- > 0) {
		byte = (char)(0x80 | (code >> 6 * following & 0x3f));
		buf_put(b, &byte, 1);
	}
}

/* Up to a zero; half of a surrogate pair without its other half stands for itself. */
static void put_utf16(struct buf *b, struct cursor c)
{
	uint32_t unit, next = cursor_le16(&c);

	while ((unit = next) != 0) {
		next = cursor_le16(&c);
		if ((unit & 0xfc00) == 0xd800 && (next & 0xfc00) == 0xdc00) {
			unit = 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff));
			next = cursor_le16(&c);
		}
		put_utf8(b, unit);
	}
}

static void put_label(struct buf *b, const struct format *f, const uint8_t *p)
{
	if (f->label == LABEL_UTF16)
		put_utf16(b, cursor_over(p, f->label_len));
	else if (f->label == LABEL_BYTES)
		buf_put(b, (const char *)p, strnlen((const char *)p, f->label_len));
	trim_end(b);
}

static int format_match(const struct format *f, const uint8_t *img, size_t len,
			struct fsprobe_result *out)
{
	int verdict = NAMED;
	struct cursor sb;
	struct buf uuid, label;

	if (!f->enabled || !has_magic(f, img, len) || f->at > len ||
	    f->size > len - f->at)
		return -ENODATA;
	sb = cursor_over(img + f->at, f->size);
	if (f->own_sector_off && le64_at(&sb, f->own_sector_off) != f->at / 512)
		return -EUCLEAN;
	if (f->check)
		verdict = f->check(&sb);
	if (verdict < 0)
		return verdict;
	out->type = f->type;
	out->usage = f->usage;
	uuid = BUF_OVER(out->uuid);
	label = BUF_OVER(out->label);
	if (verdict == NAMED) {
		put_uuid(&uuid, f->uuid, img + f->at + f->uuid_off);
		put_label(&label, f, img + f->at + f->label_off);
	}
	return 0;
}

int fsprobe(const uint8_t *img, size_t len, struct fsprobe_result *out)
{
	int verdict = -ENODATA;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		int err = format_match(&formats[i], img, len, out);

		if (err == 0)
			return 0;
		if (err == -EUCLEAN)
			verdict = err;
	}
	return verdict;
}
