#include "initramfs/image_read.h"

#include "initramfs/bootconfig.h"
#include "initramfs/compress.h"

#include <errno.h>
#include <string.h>

#define CPIO_MAGIC     "0707"
#define CPIO_ALIGNMENT 4

#define UNPACKED_TIMES 64
#define UNPACKED_FREE  ((size_t)256 << 20)

struct image_reader image_reader_over(const void *data, size_t len)
{
	struct bootconfig trailer;

	if (bootconfig_find(data, len, &trailer) == 0)
		len = trailer.start;
	return (struct image_reader){
		.file = cursor_over(data, len),
		.may_unpack = UNPACKED_FREE + len * UNPACKED_TIMES,
	};
}

void image_reader_free(struct image_reader *r)
{
	bytes_free(&r->unpacked);
}

struct bytes image_reader_take(struct image_reader *r)
{
	struct bytes taken = r->unpacked;

	r->unpacked = (struct bytes){ 0 };
	return taken;
}

static int fail(struct image_reader *r, int err, const char *problem, size_t offset)
{
	r->problem = problem;
	r->problem_offset = offset;
	return err;
}

static int fail_inside(struct image_reader *r, int err, const char *problem,
		       size_t offset)
{
	r->problem_inside = r->packed;
	return fail(r, err, problem, offset);
}

/* Behind all that could be unpacked: why there is not more. */
static int fail_packed(struct image_reader *r)
{
	return fail(r, r->broken,
		    r->broken == -EFBIG ? "unpacks to too much: --max-size allows more"
					: "damaged or cut off packed data",
		    r->segment.offset);
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
		return fail_inside(r, -EUCLEAN,
				   "a cpio archive that is not aligned to 4 bytes",
				   c->off);
	r->archive = (struct newc_reader){ .cursor = *c };
	r->archive_number++;
	r->in_archive = true;
	return 0;
}

/* In unpacked bytes: zeroes to their end, or one more archive. */
static int open_next_inside(struct image_reader *r, struct cursor rest)
{
	skip_zeroes(&rest);
	if (cursor_left(&rest) == 0 && r->broken)
		return fail_packed(r);
	if (cursor_left(&rest) == 0)
		return 0;
	if (!at_cpio(&rest))
		return fail_inside(r, -EUCLEAN,
				   "packed is something else than a cpio archive",
				   rest.off);
	return open_archive(r, &rest);
}

static int open_packed(struct image_reader *r, const struct compression *type)
{
	struct cursor *f = &r->file;
	size_t used = 0;

	if (!type->unpack)
		return fail(r, -EPROTONOSUPPORT,
			    "packed in a way that is not supported here", f->off);
	bytes_free(&r->unpacked);
	/* 0 would be no limit at all */
	r->unpacked.limit = r->may_unpack ? r->may_unpack : 1;
	r->broken = type->unpack(f->data + f->off, cursor_left(f), &r->unpacked, &used);
	r->may_unpack -=
		r->unpacked.len < r->may_unpack ? r->unpacked.len : r->may_unpack;
	cursor_skip(f, used);
	r->segment.packed_len = used;
	r->segment.len = r->unpacked.len;
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
	r->segment = (struct image_segment){
		.number = r->segment.number + 1,
		.offset = f->off,
		.format = r->packed ? type->name : "cpio",
	};
	return r->packed ? open_packed(r, type) : open_archive(r, f);
}

static int close_archive(struct image_reader *r)
{
	r->in_archive = false;
	r->left_out += r->archive.left_out;
	if (r->packed)
		return open_next_inside(r, r->archive.cursor);
	r->file.off = r->archive.cursor.off;
	r->segment.packed_len = r->segment.len = r->file.off - r->segment.offset;
	return 0;
}

int image_read_segment(struct image_reader *r)
{
	int err;

	skip_zeroes(&r->file);
	if (cursor_left(&r->file) == 0)
		return 0;
	err = open_segment(r);
	r->in_segment = !err;
	return err ? err : 1;
}

int image_read_entry(struct image_reader *r, struct newc_entry *entry)
{
	int found, err = 0;

	while (!err && r->in_archive) {
		found = newc_read(&r->archive, entry);
		if (found > 0)
			return found;
		if (found < 0 && r->broken)
			err = fail_packed(r);
		else if (found < 0)
			err = fail_inside(r, found, r->archive.problem,
					  r->archive.offset);
		else
			err = close_archive(r);
	}
	r->in_segment = false;
	return err;
}

int image_read(struct image_reader *r, struct newc_entry *entry)
{
	int found;

	do {
		found = r->in_segment ? 1 : image_read_segment(r);
		if (found > 0)
			found = image_read_entry(r, entry);
		else
			return found;
	} while (found == 0);
	return found;
}
