#include "mount/fsprobe.h"

#include "lib/str.h"
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

#define TINY	 (1440 * 1024) /* a floppy disk: no RAID, and the first format found is it */
#define TOO_TINY 1024

/* The order is that of libblkid: of containers the first one found counts. */
#define ROW(option, format) IS_ENABLED(option) ? &fsprobe_##format : NULL

static const struct fsprobe_format *const formats[] = {
	ROW(CONFIG_FSPROBE_MEMBERS, md),	ROW(CONFIG_FSPROBE_FOREIGN, raid),
	ROW(CONFIG_FSPROBE_FOREIGN, hpt37x),	ROW(CONFIG_FSPROBE_FOREIGN, bcache),
	ROW(CONFIG_FSPROBE_FOREIGN, drbd),	ROW(CONFIG_FSPROBE_MEMBERS, lvm2),
	ROW(CONFIG_FSPROBE_FOREIGN, lvm1),	ROW(CONFIG_FSPROBE_FOREIGN, snapshot),
	ROW(CONFIG_FSPROBE_FOREIGN, verity),	ROW(CONFIG_FSPROBE_FOREIGN, integrity),
	ROW(CONFIG_FSPROBE_MEMBERS, luks),	ROW(CONFIG_FSPROBE_FOREIGN, vdo),
	ROW(CONFIG_FSPROBE_FOREIGN, bitlocker), ROW(CONFIG_FSPROBE_VFAT, vfat),
	ROW(CONFIG_FSPROBE_MEMBERS, swsuspend), ROW(CONFIG_FSPROBE_MEMBERS, swap),
	ROW(CONFIG_FSPROBE_XFS, xfs),		ROW(CONFIG_FSPROBE_FOREIGN, xfs_log),
	ROW(CONFIG_FSPROBE_EXT, ext4dev),	ROW(CONFIG_FSPROBE_EXT, ext4),
	ROW(CONFIG_FSPROBE_EXT, ext3),		ROW(CONFIG_FSPROBE_EXT, ext2),
	ROW(CONFIG_FSPROBE_EXT, jbd),		ROW(CONFIG_FSPROBE_UDF, udf),
	ROW(CONFIG_FSPROBE_ISO9660, iso9660),	ROW(CONFIG_FSPROBE_FOREIGN, zfs),
	ROW(CONFIG_FSPROBE_NTFS, ntfs),		ROW(CONFIG_FSPROBE_SQUASHFS, squashfs),
	ROW(CONFIG_FSPROBE_BTRFS, btrfs),	ROW(CONFIG_FSPROBE_EXFAT, exfat),
	ROW(CONFIG_FSPROBE_F2FS, f2fs),		ROW(CONFIG_FSPROBE_EROFS, erofs),
	ROW(CONFIG_FSPROBE_MEMBERS, luks_far),
};

/* ---- reading */

bool fsprobe_reaches(const struct fsprobe *p, uint64_t off, uint64_t len)
{
	return len > 0 && off <= p->src->size && len <= p->src->size - off;
}

struct cursor fsprobe_view(const struct fsprobe *p, uint64_t off, size_t len)
{
	const uint8_t *bytes = NULL;

	if (fsprobe_reaches(p, off, len))
		bytes = p->src->bytes(p->src->ctx, off, len);
	return bytes ? cursor_over(bytes, len) : cursor_over("", 0);
}

bool fsprobe_is(const struct fsprobe *p, uint64_t off, const void *bytes, size_t len)
{
	struct cursor c = fsprobe_view(p, off, len);

	return c.len && memcmp(c.data, bytes, len) == 0;
}

uint8_t u8_at(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return cursor_u8(c);
}

uint16_t le16_at(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return cursor_le16(c);
}

uint32_t le32_at(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return cursor_le32(c);
}

uint64_t le64_at(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return cursor_le64(c);
}

uint32_t be32_at(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return cursor_be32(c);
}

/* ---- writing */

void trim_end(struct buf *b)
{
	while (b->len > 0 && strchr(" \t\n\v\f\r", b->data[b->len - 1]))
		b->data[--b->len] = '\0';
}

void put_text(struct buf *b, const void *text, size_t len)
{
	buf_put(b, text, strnlen(text, len));
}

void put_uuid_bytes(struct buf *b, const uint8_t *bytes)
{
	static const uint8_t zero[16];

	for (int i = 0; memcmp(bytes, zero, sizeof(zero)) != 0 && i < 16; i++) {
		bool group = i == 4 || i == 6 || i == 8 || i == 10;

		buf_printf(b, group ? "-%02x" : "%02x", bytes[i]);
	}
}

/* Groups of 6-4-4-4-4-4-6. */
void put_uuid_lvm(struct buf *b, const uint8_t *text)
{
	for (int i = 0; *text && i < 32; i++) {
		if (i >= 6 && i % 4 == 2 && i < 30)
			buf_puts(b, "-");
		buf_put(b, (const char *)text + i, 1);
	}
}

void put_utf8(struct buf *b, uint32_t code)
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

void put_utf16(struct buf *b, struct cursor c, uint16_t (*unit)(struct cursor *))
{
	uint32_t code, next = unit(&c);

	while ((code = next) != 0) {
		next = unit(&c);
		if ((code & 0xfc00) == 0xd800 && (next & 0xfc00) == 0xdc00) {
			code = 0x10000 + ((code & 0x3ff) << 10 | (next & 0x3ff));
			next = unit(&c);
		}
		put_utf8(b, code);
	}
}

static void put_names(struct fsprobe *p, const struct fsprobe_format *f, struct cursor sb)
{
	const uint8_t *label = sb.data + f->label_off;

	if (f->uuid_off && sb.len)
		put_uuid_bytes(&p->uuid, sb.data + f->uuid_off);
	if (f->label_utf16 && sb.len)
		put_utf16(&p->label, cursor_over(label, f->label_len), cursor_le16);
	else if (sb.len)
		put_text(&p->label, label, f->label_len);
}

/* ---- looking */

/* libblkid reads whole KiB: what stands in the last, broken one is not seen. */
static bool stands_at(const struct fsprobe *p, const struct fsprobe_magic *m, uint64_t at)
{
	return fsprobe_reaches(p, at & ~1023ULL, 1024) &&
	       fsprobe_is(p, at, m->bytes, m->len);
}

static bool find_magic(struct fsprobe *p, const struct fsprobe_format *f)
{
	/* a swap signature stands in the last ten bytes of the first page */
	const uint64_t first = f->ends_page ? 4096 : 0, last = f->ends_page ? 65536 : 0;
	uint64_t page = first;

	do {
		for (unsigned i = 0; i < f->magic_count; i++) {
			const struct fsprobe_magic *m = &f->magics[i];
			/* one of TuxOnIce's own is at the start all the same */
			uint64_t at = page && m->at ? page - m->at : m->at;

			if (stands_at(p, m, at)) {
				p->magic = m;
				return true;
			}
		}
		page *= 2;
	} while (page && page <= last);
	return f->magic_count == 0;
}

static bool looks_there(const struct fsprobe_source *src, const struct fsprobe_format *f)
{
	bool raid = str_equal(f->usage, "raid");

	if (src->size < f->min_size || (raid && src->size <= TINY))
		return false;
	return !src->optical || (!raid && !str_equal(f->usage, "other"));
}

static int format_match(const struct fsprobe_format *f, const struct fsprobe_source *src,
			struct fsprobe_result *out)
{
	struct fsprobe p = {
		.src = src,
		.type = f->type,
		.uuid = BUF_OVER(out->uuid),
		.label = BUF_OVER(out->label),
	};
	int verdict = NAMED;

	if (!looks_there(src, f) || !find_magic(&p, f) ||
	    (f->size && !fsprobe_reaches(&p, f->at, f->size)))
		return -ENODATA;
	if (f->check)
		verdict = f->check(&p, fsprobe_view(&p, f->at, f->size));
	if (verdict < 0)
		return verdict;
	if (verdict == NAMED)
		put_names(&p, f, fsprobe_view(&p, f->at, f->size));
	trim_end(&p.label);
	out->type = p.type;
	out->usage = f->usage;
	out->drivers = f->drivers;
	out->also = NULL;
	return 0;
}

int fsprobe(const struct fsprobe_source *src, struct fsprobe_result *out)
{
	struct fsprobe_result one;
	unsigned count = 0, lonely = 0;
	int verdict = -ENODATA;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct fsprobe_format *f = formats[i];
		int err;

		if (!f || src->size <= TOO_TINY || (f->last_resort && count))
			continue;
		err = format_match(f, src, &one);
		if (err == -EUCLEAN)
			verdict = err;
		if (err)
			continue;
		lonely += !f->tolerant;
		if (count++ == 0)
			*out = one;
		else if (!out->also)
			out->also = one.type;
		/* behind a container's superblock nothing is looked for */
		if (src->size <= TINY || str_equal(one.usage, "raid") ||
		    str_equal(one.usage, "crypto"))
			break;
	}
	if (count == 0)
		return verdict;
	return count > 1 && lonely ? -ENOTUNIQ : 0;
}
