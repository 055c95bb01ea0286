#include "initramfs/newc.h"

#include "lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC	      "070701"
#define MAGIC_CHECKED "070702" /* the last field of a file is the sum of its bytes */
#define MAGIC_OLD     "070707" /* `cpio -H odc`, octal */
#define HEADER_LEN    110
#define FIELD_LEN     8

/* The header after its magic: hexadecimal fields of this struct, in this order. */
struct header {
	uint32_t ino, mode, uid, gid, nlink, mtime, filesize;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor, namesize, check;
};

#define FIELDS (sizeof(struct header) / sizeof(uint32_t))

static void put_zeroes(struct bytes *out, size_t len)
{
	memset(bytes_room(out, len), 0, len);
	out->len += len;
}

static void put_header(struct bytes *out, const struct header *h)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t fields[FIELDS];
	uint8_t *text = bytes_room(out, HEADER_LEN);

	memcpy(fields, h, sizeof(fields));
	memcpy(text, MAGIC, strlen(MAGIC));
	text += strlen(MAGIC);
	for (size_t i = 0; i < FIELDS; i++)
		for (unsigned shift = 32; shift > 0; shift -= 4)
			*text++ = (uint8_t)digits[fields[i] >> (shift - 4) & 15];
	out->len += HEADER_LEN;
}

static int check_entry(const struct newc_entry *e)
{
	if (!*e->name || str_equal(e->name, NEWC_TRAILER))
		return -EINVAL;
	if (strlen(e->name) >= PATH_MAX || (S_ISLNK(e->mode) && e->len > PATH_MAX))
		return -ENAMETOOLONG;
	return e->len > UINT32_MAX ? -EFBIG : 0;
}

int newc_put_head(struct bytes *out, const struct newc_entry *e)
{
	size_t alignment = e->data_alignment ? e->data_alignment : NEWC_ALIGNMENT;
	size_t size = strlen(e->name) + 1,
	       padding = -(out->len + HEADER_LEN + size) % alignment;
	struct header h = {
		.ino = e->ino,
		.mode = e->mode,
		.uid = e->uid,
		.gid = e->gid,
		.nlink = e->nlink,
		.mtime = e->mtime,
		.filesize = (uint32_t)e->len,
		.dev_major = e->dev_major,
		.dev_minor = e->dev_minor,
		.rdev_major = e->rdev_major,
		.rdev_minor = e->rdev_minor,
		.namesize = (uint32_t)size,
	};
	int err = check_entry(e);

	if (err)
		return err;
	if (alignment > NEWC_ALIGNMENT)
		h.namesize += (uint32_t)padding;
	put_header(out, &h);
	bytes_put(out, e->name, size);
	put_zeroes(out, padding);
	return 0;
}

int newc_put(struct bytes *out, const struct newc_entry *e)
{
	int err = newc_put_head(out, e);

	if (err)
		return err;
	bytes_put(out, e->data, e->len);
	put_zeroes(out, -out->len % NEWC_ALIGNMENT);
	return 0;
}

void newc_put_trailer(struct bytes *out)
{
	static const struct header h = { .nlink = 1, .namesize = sizeof(NEWC_TRAILER) };

	put_header(out, &h);
	bytes_put(out, NEWC_TRAILER, sizeof(NEWC_TRAILER));
	put_zeroes(out, -out->len % NEWC_ALIGNMENT);
}

static int damaged(struct newc_reader *r, const char *problem)
{
	r->problem = problem;
	return -EUCLEAN;
}

/* 1: the check field is in use; 0: it is not; -EUCLEAN. */
static int parse_header(struct newc_reader *r, const uint8_t *bytes, struct header *h)
{
	bool checked = memcmp(bytes, MAGIC_CHECKED, strlen(MAGIC)) == 0;
	uint32_t fields[FIELDS];

	if (memcmp(bytes, MAGIC_OLD, strlen(MAGIC)) == 0)
		return damaged(r, "the old format of cpio (odc), which no kernel takes");
	if (!checked && memcmp(bytes, MAGIC, strlen(MAGIC)) != 0)
		return damaged(r, "no cpio header of the newc format");
	for (size_t i = 0; i < FIELDS; i++) {
		char text[FIELD_LEN + 1] = "";

		memcpy(text, bytes + strlen(MAGIC) + i * FIELD_LEN, FIELD_LEN);
		if (strlen(text) < FIELD_LEN || str_parse_u32(text, 16, &fields[i]))
			return damaged(r, "a field of the header is not hexadecimal");
	}
	memcpy(h, fields, sizeof(*h));
	return checked;
}

/* What pads a name with NULs to align the data is no damage: the kernel takes it. */
static const char *parse_name(struct newc_reader *r, size_t size)
{
	const char *name = (const char *)cursor_bytes(&r->cursor, size);

	if (name && size == 0)
		return "";
	return name && name[size - 1] == '\0' ? name : NULL;
}

/* The padding behind the last entry may be cut: the kernel does not mind either. */
static void skip_padding(struct cursor *c)
{
	size_t padding = -c->off % NEWC_ALIGNMENT;

	cursor_skip(c, padding < cursor_left(c) ? padding : cursor_left(c));
}

static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t total = 0;

	for (size_t i = 0; i < len; i++)
		total += data[i];
	return total;
}

static int read_entry(struct newc_reader *r, struct newc_entry *out, size_t *name_size)
{
	struct header h;
	const uint8_t *bytes;
	int checked;

	r->offset = r->cursor.off;
	if (cursor_left(&r->cursor) == 0)
		return 0;
	bytes = cursor_bytes(&r->cursor, HEADER_LEN);
	if (!bytes)
		return damaged(r, "cut off in a header");
	checked = parse_header(r, bytes, &h);
	if (checked < 0)
		return checked;
	*out = (struct newc_entry){
		.name = parse_name(r, h.namesize),
		.ino = h.ino,
		.mode = h.mode,
		.uid = h.uid,
		.gid = h.gid,
		.nlink = h.nlink,
		.mtime = h.mtime,
		.dev_major = h.dev_major,
		.dev_minor = h.dev_minor,
		.rdev_major = h.rdev_major,
		.rdev_minor = h.rdev_minor,
		.len = h.filesize,
	};
	*name_size = h.namesize;
	if (!out->name)
		return damaged(r, "a name without its end");
	skip_padding(&r->cursor);
	out->data = cursor_bytes(&r->cursor, h.filesize);
	if (!out->data)
		return damaged(r, "cut off in a file");
	skip_padding(&r->cursor);
	if (checked && S_ISREG(h.mode) && sum(out->data, out->len) != h.check)
		return damaged(r, "wrong checksum of a file");
	return str_equal(out->name, NEWC_TRAILER) ? 0 : 1;
}

/* do_header() of init/initramfs.c goes by the size in the header, with all NULs. */
int newc_read(struct newc_reader *r, struct newc_entry *out)
{
	size_t name_size = 0;
	int found;

	while ((found = read_entry(r, out, &name_size)) > 0 &&
	       (name_size == 0 || name_size > PATH_MAX))
		r->left_out++;
	return found;
}
