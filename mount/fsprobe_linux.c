/* The file systems of Linux itself. */
#include "mount/fsprobe_format.h"

#include <errno.h>

/* ---- ext2, ext3, ext4: fs/ext4/ext4.h. One layout, told apart by feature bits */

#define EXT_COMPAT_HAS_JOURNAL	 0x4
#define EXT_INCOMPAT_JOURNAL_DEV 0x8
#define EXT_FLAG_TEST_FILESYS	 0x4
/* What the ext2 and ext3 drivers understand; a bit outside makes it ext4. */
#define EXT2_INCOMPAT  (0x2 | 0x10)	     /* FILETYPE, META_BG */
#define EXT3_INCOMPAT  (EXT2_INCOMPAT | 0x4) /* RECOVER */
#define EXT3_RO_COMPAT (0x1 | 0x2 | 0x4)     /* SPARSE_SUPER, LARGE_FILE, BTREE_DIR */

struct ext_features {
	bool journal, journal_device, test;
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
		.test = le32_at(sb, 0x160) & EXT_FLAG_TEST_FILESYS,
		.beyond_ext2 = incompat & ~EXT2_INCOMPAT || ro_compat & ~EXT3_RO_COMPAT,
		.beyond_ext3 = incompat & ~EXT3_INCOMPAT || ro_compat & ~EXT3_RO_COMPAT,
	};
}

static int check_ext4dev(struct fsprobe *p, struct cursor sb)
{
	struct ext_features f = ext_features(&sb);

	(void)p;
	return f.test && !f.journal_device ? NAMED : -ENODATA;
}

static int check_ext4(struct fsprobe *p, struct cursor sb)
{
	struct ext_features f = ext_features(&sb);

	(void)p;
	return f.beyond_ext3 && !f.journal_device && !f.test ? NAMED : -ENODATA;
}

static int check_ext3(struct fsprobe *p, struct cursor sb)
{
	struct ext_features f = ext_features(&sb);

	(void)p;
	return f.journal && !f.beyond_ext3 ? NAMED : -ENODATA;
}

static int check_ext2(struct fsprobe *p, struct cursor sb)
{
	struct ext_features f = ext_features(&sb);

	(void)p;
	return !f.journal && !f.beyond_ext2 ? NAMED : -ENODATA;
}

static int check_jbd(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return ext_features(&sb).journal_device ? NAMED : -ENODATA;
}

#define EXT                                                                         \
	MAGICS(MAGIC("\x53\xef", 0x438)), SUPERBLOCK(0x400, 512), .uuid_off = 0x68, \
								  LABEL(0x78, 16)

/* Made for test drivers, which no longer have a name of their own. */
const struct fsprobe_format fsprobe_ext4dev = {
	.type = "ext4dev",
	.usage = "filesystem",
	.drivers = "ext4",
	EXT,
	.check = check_ext4dev,
};

const struct fsprobe_format fsprobe_ext4 = { FILESYSTEM("ext4"), EXT,
					     .check = check_ext4 };
const struct fsprobe_format fsprobe_ext3 = { FILESYSTEM("ext3"), EXT,
					     .check = check_ext3 };
const struct fsprobe_format fsprobe_ext2 = { FILESYSTEM("ext2"), EXT,
					     .check = check_ext2 };
const struct fsprobe_format fsprobe_jbd = {
	.type = "jbd",
	.usage = "other",
	EXT,
	.check = check_jbd,
};

/* ---- XFS: fs/xfs/libxfs/xfs_format.h. Four letters at offset 0 are too little to go by
 */

static bool is_log2(uint32_t value, uint8_t log, uint8_t min, uint8_t max)
{
	return log >= min && log <= max && value == UINT32_C(1) << log;
}

static int check_xfs(struct fsprobe *p, struct cursor sb)
{
	uint32_t block_size = be32_at(&sb, 4);
	uint64_t blocks = cursor_be64(&sb);
	uint64_t rt_extent = (uint64_t)be32_at(&sb, 80) * block_size;
	uint64_t ag_blocks = cursor_be32(&sb), ag_count = cursor_be32(&sb);
	uint32_t sizes = be32_at(&sb, 102); /* of a sector and of an inode */
	uint32_t logs = be32_at(&sb, 120);  /* block, sector, inode, inodes per block */
	uint32_t inode_percent = be32_at(&sb, 124) & 0xff;
	uint8_t block_log = logs >> 24, sector_log = logs >> 16, inode_log = logs >> 8;

	(void)p;
	if (!is_log2(block_size, block_log, 9, 16) ||
	    !is_log2(sizes >> 16, sector_log, 9, 15) ||
	    !is_log2(sizes & 0xffff, inode_log, 8, 11) ||
	    block_log - inode_log != (uint8_t)logs || inode_percent > 100 ||
	    rt_extent < 4096 || rt_extent > 1 << 30 || ag_count == 0 || blocks == 0 ||
	    blocks > ag_count * ag_blocks || blocks < (ag_count - 1) * ag_blocks + 64)
		return -EUCLEAN;
	return NAMED;
}

const struct fsprobe_format fsprobe_xfs = {
	FILESYSTEM("xfs"), MAGICS(MAGIC("XFSB", 0)), SUPERBLOCK(0, 264),
	.uuid_off = 32,	   LABEL(108, 12),	     .check = check_xfs,
};

/* ---- the others */

const struct fsprobe_format fsprobe_btrfs = {
	FILESYSTEM("btrfs"), MAGICS(MAGIC("_BHRfS_M", 0x10040)),
	.min_size = 1 << 20, SUPERBLOCK(0x10000, 811),
	.uuid_off = 32,	     LABEL(299, 256),
};

/* Version 1.0 had a layout of its own. */
static int check_f2fs(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	return le32_at(&sb, 4) == 1 ? NAMELESS : NAMED;
}

const struct fsprobe_format fsprobe_f2fs = {
	FILESYSTEM("f2fs"),	MAGICS(MAGIC("\x10\x20\xf5\xf2", 1024)),
	SUPERBLOCK(1024, 1148), .uuid_off = 108,
	LABEL(124, 1024),	.label_utf16 = true,
	.check = check_f2fs,
};

static int check_squashfs(struct fsprobe *p, struct cursor sb)
{
	(void)p;
	/* layouts before 4.0 are no longer mounted */
	return le16_at(&sb, 28) >= 4 ? NAMED : -ENODATA;
}

const struct fsprobe_format fsprobe_squashfs = {
	FILESYSTEM("squashfs"),
	MAGICS(MAGIC("hsqs", 0)),
	SUPERBLOCK(0, 96),
	.check = check_squashfs,
};

const struct fsprobe_format fsprobe_erofs = {
	FILESYSTEM("erofs"),   MAGICS(MAGIC("\xe2\xe1\xf5\xe0", 1024)),
	SUPERBLOCK(1024, 128), .uuid_off = 48,
	LABEL(64, 16),
};
