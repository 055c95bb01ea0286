/* Between fsprobe() and the files that know a format each: not for anybody else. */
#ifndef MOUNT_FSPROBE_FORMAT_H
#define MOUNT_FSPROBE_FORMAT_H

#include "lib/buf.h"
#include "lib/cursor.h"
#include "mount/fsprobe.h"

/* One look of one format at one device. */
struct fsprobe {
	const struct fsprobe_source *src;
	const struct fsprobe_magic *magic; /* the one that matched, or NULL */
	const char *type;		   /* a check may put in a better name */
	struct buf uuid, label;		   /* of the result, empty */
};

/* A check says this, -ENODATA (another format with the same magic) or -EUCLEAN. */
enum fsprobe_verdict {
	NAMED, /* publish the UUID and label of the row */
	NAMELESS, /* the row's UUID and label do not hold; a check may have written its own */
};

struct fsprobe_magic {
	const char *bytes;
	uint8_t len;
	uint32_t at; /* from the start of the device */
};

struct fsprobe_format {
	const char *type;
	const char *usage;
	const char *drivers; /* NULL: nothing to mount */
	/* The first that matches counts. None: check() looks for itself. */
	const struct fsprobe_magic *magics;
	uint8_t magic_count;
	bool ends_page; /* of 4 to 64 KiB do the magics, instead of standing where they say */
	bool tolerant;	   /* lives beside another such format on one disk */
	bool last_resort;  /* only where nothing else was found */
	uint32_t min_size; /* of the device */
	uint32_t at;	   /* superblock */
	uint16_t size;	   /* how much of it must be there, at most FSPROBE_READ_MAX */
	uint16_t uuid_off; /* 16 bytes; from the superblock, as all below; 0: none */
	uint16_t label_off;
	uint16_t label_len; /* 0: none */
	bool label_utf16;   /* little-endian */
	/* @sb is the superblock, empty when @size is 0; gone with the next read. NULL:
	 * the magic is enough. */
	int (*check)(struct fsprobe *p, struct cursor sb);
};

#define MAGICS(...)                                                            \
	.magics = (const struct fsprobe_magic[]){ __VA_ARGS__ },               \
	.magic_count = sizeof((const struct fsprobe_magic[]){ __VA_ARGS__ }) / \
		       sizeof(struct fsprobe_magic)
#define MAGIC(string, offset)                      \
	{                                          \
		string, sizeof(string) - 1, offset \
	}
#define SUPERBLOCK(offset, length) .at = offset, .size = length
#define LABEL(off, len)		   .label_off = off, .label_len = len
#define FILESYSTEM(kind)	   .type = kind, .usage = "filesystem", .drivers = kind

/* Does the device have these bytes at all? */
bool fsprobe_reaches(const struct fsprobe *p, uint64_t off, uint64_t len);

/* A view of @len bytes, at most FSPROBE_READ_MAX; an empty one, from which only zeros can
 * be read, when they are not there. Gone with the next read. */
struct cursor fsprobe_view(const struct fsprobe *p, uint64_t off, size_t len);

/* Do these bytes stand there? */
bool fsprobe_is(const struct fsprobe *p, uint64_t off, const void *bytes, size_t len);

uint8_t u8_at(struct cursor *c, size_t off);
uint16_t le16_at(struct cursor *c, size_t off);
uint32_t le32_at(struct cursor *c, size_t off);
uint64_t le64_at(struct cursor *c, size_t off);
uint32_t be32_at(struct cursor *c, size_t off);

/* The 16 bytes in groups of hexadecimal digits; nothing when all are zero. */
void put_uuid_bytes(struct buf *b, const uint8_t *bytes);
/* 32 characters with the dashes that LVM prints. */
void put_uuid_lvm(struct buf *b, const uint8_t *text);
/* Up to @len bytes or to a NUL. */
void put_text(struct buf *b, const void *text, size_t len);
void put_utf8(struct buf *b, uint32_t code);
/* The units of @c up to a zero; half of a surrogate pair without its other half stands
 * for itself. */
void put_utf16(struct buf *b, struct cursor c, uint16_t (*unit)(struct cursor *));
/* Drops white space at the end, as libblkid does with what mkfs padded. */
void trim_end(struct buf *b);

/* fsprobe_linux.c */
extern const struct fsprobe_format fsprobe_ext2, fsprobe_ext3, fsprobe_ext4,
	fsprobe_ext4dev, fsprobe_jbd, fsprobe_xfs, fsprobe_btrfs, fsprobe_f2fs,
	fsprobe_squashfs, fsprobe_erofs;
/* one file each */
extern const struct fsprobe_format fsprobe_vfat, fsprobe_exfat, fsprobe_ntfs,
	fsprobe_iso9660, fsprobe_udf, fsprobe_zfs;
/* fsprobe_members.c */
extern const struct fsprobe_format fsprobe_md, fsprobe_lvm2, fsprobe_luks,
	fsprobe_luks_far, fsprobe_swsuspend, fsprobe_swap;
/* fsprobe_foreign.c */
extern const struct fsprobe_format fsprobe_raid, fsprobe_hpt37x, fsprobe_bcache,
	fsprobe_drbd, fsprobe_lvm1, fsprobe_snapshot, fsprobe_verity, fsprobe_integrity,
	fsprobe_vdo, fsprobe_bitlocker, fsprobe_xfs_log;

#endif
