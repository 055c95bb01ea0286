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
#define HEADER_LEN    110
#define FIELD_LEN     8
#define ALIGNMENT     4

/* The header after its magic: hexadecimal fields of this struct, in this order. */
struct header {
	uint32_t ino, mode, uid, gid, nlink, mtime, filesize;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor, namesize, check;
};

#define FIELDS (sizeof(struct header) / sizeof(uint32_t))

static void put_padding(struct bytes *out)
{
	static const uint8_t zeroes[ALIGNMENT];

	bytes_put(out, zeroes, -out->len % ALIGNMENT);
}

static void put_record(struct bytes *out, const struct header *h, const char *name,
		       const uint8_t *data)
{
	uint32_t fields[FIELDS];

	memcpy(fields, h, sizeof(fields));
	bytes_put(out, MAGIC, strlen(MAGIC));
	for (size_t i = 0; i < FIELDS; i++)
		bytes_printf(out, "%08X", fields[i]);
	bytes_put(out, name, h->namesize);
	put_padding(out);
	bytes_put(out, data, h->filesize);
	put_padding(out);
}

int newc_put(struct bytes *out, const struct newc_entry *e)
{
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
		.namesize = (uint32_t)strlen(e->name) + 1,
	};

	if (!*e->name || str_equal(e->name, NEWC_TRAILER))
		return -EINVAL;
	if (h.namesize > PATH_MAX || (S_ISLNK(e->mode) && e->len > PATH_MAX))
		return -ENAMETOOLONG;
	if (e->len > UINT32_MAX)
		return -EFBIG;
	put_record(out, &h, e->name, e->data);
	return 0;
}

void newc_put_trailer(struct bytes *out)
{
	static const struct header h = { .nlink = 1, .namesize = sizeof(NEWC_TRAILER) };

	put_record(out, &h, NEWC_TRAILER, NULL);
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

static const char *parse_name(struct newc_reader *r, size_t size)
{
	const char *name = (const char *)cursor_bytes(&r->cursor, size);

	if (!name)
		return NULL;
	/* what pads a name with NULs to align the data is no damage: the kernel takes it
	 */
	return size > 0 && size <= PATH_MAX && name[size - 1] == '\0' ? name : NULL;
}

/* The padding behind the last entry may be cut: the kernel does not mind either. */
static void skip_padding(struct cursor *c)
{
	size_t padding = -c->off % ALIGNMENT;

	cursor_skip(c, padding < cursor_left(c) ? padding : cursor_left(c));
}

static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t total = 0;

	for (size_t i = 0; i < len; i++)
		total += data[i];
	return total;
}

int newc_read(struct newc_reader *r, struct newc_entry *out)
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
