#include "initramfs/image_read.h"

#include "initramfs/compress.h"

#include <errno.h>
#include <string.h>

#define CPIO_MAGIC     "0707"
#define CPIO_ALIGNMENT 4

struct image_reader image_reader_over(const void *data, size_t len)
{
	return (struct image_reader){ .file = cursor_over(data, len) };
}

void image_reader_free(struct image_reader *r)
{
	bytes_free(&r->unpacked);
}

static int fail(struct image_reader *r, int err, const char *problem, size_t offset)
{
	r->problem = problem;
	r->problem_offset = offset;
	return err;
}

static void skip_zeroes(struct cursor *c)
{
	while (cursor_left(c) && c->data[c->off] == 0)
		cursor_skip(c, 1);
}

static bool at_cpio(const struct cursor *c)
{
	return cursor_left(c) >= strlen(CPIO_MAGIC) &&
	       memcmp(c->data + c->off, CPIO_MAGIC, strlen(CPIO_MAGIC)) == 0;
}

/* Starts to read the archive where @c stands. */
static int open_archive(struct image_reader *r, const struct cursor *c)
{
	if (c->off % CPIO_ALIGNMENT)
		return fail(r, -EUCLEAN, "a cpio archive that is not aligned to 4 bytes",
			    c->off);
	r->archive = (struct newc_reader){ .cursor = *c };
	r->in_archive = true;
	return 0;
}

/* In unpacked bytes: zeroes to their end, or one more archive. */
static int open_next_inside(struct image_reader *r, struct cursor rest)
{
	skip_zeroes(&rest);
	if (cursor_left(&rest) == 0)
		return 0;
	if (!at_cpio(&rest))
		return fail(r, -EUCLEAN, "packed is something else than a cpio archive",
			    rest.off);
	return open_archive(r, &rest);
}

static int open_packed(struct image_reader *r, const struct compression *type)
{
	struct cursor *f = &r->file;
	size_t used = 0;
	int err;

	if (!type->unpack)
		return fail(r, -EPROTONOSUPPORT,
			    "packed in a way that is not supported here", f->off);
	err = type->unpack(f->data + f->off, cursor_left(f), &r->unpacked, &used);
	if (err)
		return fail(r, err, "damaged or cut off packed data", f->off);
	cursor_skip(f, used);
	return open_next_inside(r, cursor_over(r->unpacked.data, r->unpacked.len));
}

static int open_segment(struct image_reader *r)
{
	struct cursor *f = &r->file;
	const struct compression *type =
		compression_by_magic(f->data + f->off, cursor_left(f));

	r->packed = !at_cpio(f);
	if (r->packed && !type)
		return fail(r, -EUCLEAN,
			    "neither a cpio archive nor packed in a known way", f->off);
	r->segment.number++;
	r->segment.offset = f->off;
	r->segment.format = r->packed ? type->name : "cpio";
	r->unpacked.len = 0;
	return r->packed ? open_packed(r, type) : open_archive(r, f);
}

static int close_archive(struct image_reader *r)
{
	r->in_archive = false;
	if (r->packed)
		return open_next_inside(r, r->archive.cursor);
	r->file.off = r->archive.cursor.off;
	return 0;
}

int image_read(struct image_reader *r, struct newc_entry *entry)
{
	int err = 0;

	while (!err) {
		if (r->in_archive) {
			int found = newc_read(&r->archive, entry);

			if (found > 0)
				return found;
			err = found < 0 ? fail(r, found, r->archive.problem,
					       r->archive.offset)
					: close_archive(r);
			continue;
		}
		skip_zeroes(&r->file);
		if (cursor_left(&r->file) == 0)
			return 0;
		err = open_segment(r);
	}
	return err;
}
