/* UDF: ECMA-167 and OSTA's UDF 2.60. Nothing says how large a block is: each size is
 * tried. */
#include "mount/fsprobe_format.h"

#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define RECOGNITION	  0x8000 /* a sequence of descriptors begins here */
#define RECOGNITION_STEPS 64
#define SEQUENCE_MAX	  256 /* descriptors of a volume; 16 are usual */
#define DESCRIPTOR_SIZE	  512

enum tag { TAG_PRIMARY = 1, TAG_ANCHOR = 2, TAG_LOGICAL = 6, TAG_END = 8 };

struct udf {
	uint32_t block_size;
	uint32_t first, count; /* of the volume's descriptors, in blocks */
	uint32_t integrity;    /* block of that descriptor */
	uint32_t integrity_len;
	bool named, labelled;
};

/* 0: UDF; -EAGAIN: not with this block size; -ENODATA: the device ends in it. */
static int recognise(const struct fsprobe *p, uint32_t block_size)
{
	static const char known[] = "BEA01BOOT2CD001CDW02TEA01";
	uint32_t step = block_size > 2048 ? block_size : 2048;

	for (uint32_t i = 0; i < RECOGNITION_STEPS; i++) {
		struct cursor c = fsprobe_view(p, RECOGNITION + (uint64_t)i * step, 7);
		size_t k = 0;

		if (!c.len)
			return -ENODATA;
		if (memcmp(c.data + 1, "NSR02", 5) == 0 ||
		    memcmp(c.data + 1, "NSR03", 5) == 0)
			return 0;
		while (known[k] && memcmp(c.data + 1, known + k, 5) != 0)
			k += 5;
		if (!known[k])
			return -EAGAIN;
	}
	return -EAGAIN;
}

/* In block 256, and on media that are written once perhaps only in block 512. */
static int find_anchor(const struct fsprobe *p, struct udf *u)
{
	for (uint32_t block = 256; block <= 512; block *= 2) {
		struct cursor c =
			fsprobe_view(p, (uint64_t)block * u->block_size, DESCRIPTOR_SIZE);

		if (!c.len)
			return -ENODATA;
		if (le16_at(&c, 0) == TAG_ANCHOR && le32_at(&c, 12) == block) {
			u->count = le32_at(&c, 16) / u->block_size;
			u->first = le32_at(&c, 20);
			return 0;
		}
	}
	return -EAGAIN;
}

static int find_volume(const struct fsprobe *p, struct udf *u)
{
	const uint32_t own = p->src->sector_size ? p->src->sector_size : 512;
	const uint32_t sizes[] = { own, 512, 1024, 2048, 4096 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int err;

		if (i > 0 && sizes[i] == own)
			continue;
		u->block_size = sizes[i];
		err = recognise(p, sizes[i]);
		if (!err)
			err = find_anchor(p, u);
		if (err != -EAGAIN)
			return err;
	}
	return -ENODATA;
}

static bool is_osta_charset(struct cursor *c, size_t off)
{
	cursor_seek(c, off);
	return c->len >= off + 64 &&
	       memcmp(c->data + off, "\0OSTA Compressed Unicode", 25) == 0;
}

/* A dstring: compression, up to @size - 2 bytes of text, and how many it all is. False:
 * compressed in a way unknown. */
static bool put_dstring(struct buf *b, const uint8_t *text, size_t size)
{
	size_t len = text[size - 1] ? text[size - 1] - 1u : 0;

	if (len > size - 2)
		len = size - 2;
	if (text[0] == 16) {
		put_utf16(b, cursor_over(text + 1, len / 2 * 2), cursor_be16);
		return true;
	}
	for (size_t i = 0; text[0] == 8 && i < len && text[1 + i]; i++)
		put_utf8(b, text[1 + i]);
	return text[0] == 8;
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdefABCDEF", c);
}

/* Of the volume set's name the first 16 bytes: hexadecimal digits as they are; where the
 * first 8, or the next, are others, half as many of them in hexadecimal. */
static void put_uuid(struct fsprobe *p, const uint8_t *set_name)
{
	char name[17] = "";
	struct buf b = BUF_OVER(name);
	char text[FSPROBE_LABEL_SIZE];
	struct buf whole = BUF_OVER(text);
	size_t digits = 0;

	(void)put_dstring(&whole, set_name, 128); /* what it cannot read is too short */
	buf_put(&b, text, whole.len < 16 ? whole.len : 16);
	if (b.len < 8)
		return;
	while (is_hex(name[digits]))
		digits++;
	digits = digits < 8 ? 0 : digits < 16 ? 8 : 16;
	for (size_t i = 0; i < digits; i++)
		buf_printf(&p->uuid, "%c",
			   name[i] >= 'A' && name[i] <= 'F' ? name[i] | 0x20 : name[i]);
	for (size_t i = digits; i < (16 + digits) / 2; i++)
		buf_printf(&p->uuid, "%02x", (uint8_t)name[i]);
}

static void read_primary(struct fsprobe *p, struct udf *u, struct cursor *c)
{
	if (u->named || !is_osta_charset(c, 200))
		return;
	put_uuid(p, c->data + 72);
	u->named = p->uuid.len > 0;
}

static void read_logical(struct fsprobe *p, struct udf *u, struct cursor *c)
{
	if ((!u->integrity || !u->integrity_len) &&
	    le32_at(c, 268)) { /* partition maps */
		u->integrity_len = le32_at(c, 432);
		u->integrity = cursor_le32(c);
	}
	if (!u->labelled && is_osta_charset(c, 20))
		u->labelled = put_dstring(&p->label, c->data + 84, 128);
}

static int read_sequence(struct fsprobe *p, struct udf *u)
{
	for (uint32_t i = 0; i < u->count && i < SEQUENCE_MAX; i++) {
		uint32_t block = u->first + i;
		struct cursor c =
			fsprobe_view(p, (uint64_t)block * u->block_size, DESCRIPTOR_SIZE);
		uint16_t tag = le16_at(&c, 0);

		if (!c.len)
			return -EUCLEAN;
		if (tag == 0 || tag == TAG_END || le32_at(&c, 12) != block)
			break;
		if (tag == TAG_PRIMARY)
			read_primary(p, u, &c);
		else if (tag == TAG_LOGICAL)
			read_logical(p, u, &c);
	}
	if (u->integrity && u->integrity_len >= DESCRIPTOR_SIZE &&
	    !fsprobe_reaches(p, (uint64_t)u->integrity * u->block_size, DESCRIPTOR_SIZE))
		return -EUCLEAN;
	return NAMELESS;
}

static int check_udf(struct fsprobe *p, struct cursor sb)
{
	struct udf u = { 0 };
	int err = find_volume(p, &u);

	(void)sb;
	return err ? err : read_sequence(p, &u);
}

const struct fsprobe_format fsprobe_udf = {
	FILESYSTEM("udf"),
	MAGICS(MAGIC("BEA01", 0x8001), MAGIC("BOOT2", 0x8001), MAGIC("CD001", 0x8001),
	       MAGIC("CDW02", 0x8001), MAGIC("NSR02", 0x8001), MAGIC("NSR03", 0x8001),
	       MAGIC("TEA01", 0x8001)),
	.tolerant = true,
	.check = check_udf,
};
