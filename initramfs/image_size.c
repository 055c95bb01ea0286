#include "initramfs/image_size.h"

#include "initramfs/module_name.h"
#include "lib/str.h"

#include <elf.h>
#include <libdeflate.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define QUICK_LEVEL  1
#define RECORD_LEN   110 /* of the header of an entry */
#define RECORD_SHARE 40	 /* about what it takes when it is packed */

const char *image_kind_name(enum image_kind kind)
{
	static const char *const names[KINDS] = {
		[KIND_MODULES] = "modules",	[KIND_FIRMWARE] = "firmware",
		[KIND_MICROCODE] = "microcode", [KIND_INIT] = "/init",
		[KIND_LIBRARIES] = "libraries", [KIND_PROGRAMS] = "programs",
		[KIND_OTHER] = "other",
	};

	return names[kind];
}

/* ---- which kind of file */

static bool is_library(const struct image_entry *e)
{
	const char *slash = strrchr(e->path, '/'), *base = slash ? slash + 1 : e->path;
	const char *so = strstr(base, ".so");

	return so && (so[3] == '\0' || so[3] == '.') && e->as.len > SELFMAG &&
	       memcmp(e->as.data, ELFMAG, SELFMAG) == 0;
}

static enum image_kind kind_of(const struct image_entry *e)
{
	static const struct {
		const char *below;
		enum image_kind kind;
	} folders[] = {
		{ "lib/modules/", KIND_MODULES },
		{ "usr/lib/modules/", KIND_MODULES },
		{ "lib/firmware/", KIND_FIRMWARE },
		{ "usr/lib/firmware/", KIND_FIRMWARE },
		{ "kernel/", KIND_MICROCODE },
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (str_after(e->path, folders[i].below))
			return folders[i].kind;
	if (str_equal(e->path, "init"))
		return KIND_INIT;
	if (!S_ISREG(e->as.mode))
		return KIND_OTHER;
	if (is_library(e))
		return KIND_LIBRARIES;
	return e->as.mode & 0111 ? KIND_PROGRAMS : KIND_OTHER;
}

/* ---- rooms by path */

struct survey {
	struct image_size *out;
	struct image_room *
		*found; /* as tsearch(3) knows them, moved into out at the end */
	size_t count;
	void *paths;
};

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct image_room *)a)->path,
		      ((const struct image_room *)b)->path);
}

static struct image_room *room_at(struct survey *s, const char *path)
{
	struct image_room key = { .path = (char *)path }, *made, **found;

	found = tfind(&key, &s->paths, compare_paths);
	if (found)
		return *found;
	made = mem_alloc(sizeof(*made));
	made->path = mem_strdup(path);
	tsearch(made, &s->paths, compare_paths);
	s->found = mem_grow(s->found, s->count, sizeof(*s->found));
	s->found[s->count++] = made;
	return made;
}

static void add_share(struct image_share *to, const struct image_share *share)
{
	to->unpacked += share->unpacked;
	to->packed += share->packed;
	to->files += share->files;
}

static void add_to_room(struct survey *s, const char *path, bool folder,
			const struct image_share *share)
{
	struct image_room *room = room_at(s, path);

	room->folder = room->folder || folder;
	add_share(&room->share, share);
}

/* To the entry, and to every folder above. */
static void add_to_rooms(struct survey *s, const struct image_entry *e,
			 const struct image_share *share)
{
	char *path = mem_strdup(e->path), *slash;

	if (!str_equal(path, "."))
		add_to_room(s, path, S_ISDIR(e->as.mode), share);
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		add_to_room(s, path, true, share);
	}
	add_to_room(s, ".", true, share);
	free(path);
}

/* ---- what each takes */

static size_t record_len(const struct image_entry *e)
{
	return RECORD_LEN + strlen(e->as.name) + 1 + (e->link ? 0 : e->as.len);
}

/* Packed alone and quickly. */
static size_t weigh(struct libdeflate_compressor *c, const struct image_entry *e,
		    struct bytes *scratch)
{
	size_t bound = libdeflate_deflate_compress_bound(c, e->as.len), packed;

	if (e->link || !e->as.len)
		return RECORD_SHARE;
	packed = libdeflate_deflate_compress(c, e->as.data, e->as.len,
					     bytes_room(scratch, bound), bound);
	return RECORD_SHARE + (packed ? packed : e->as.len);
}

struct range {
	size_t from, to;
};

static struct range entries_of(const struct image *image, unsigned segment)
{
	struct range r = { 0, 0 };

	while (r.from < image->entry_count && image->entries[r.from].segment < segment)
		r.from++;
	r.to = r.from;
	while (r.to < image->entry_count && image->entries[r.to].segment == segment)
		r.to++;
	return r;
}

/* The packed size of @segment, in the ratio of the @weights; the last one takes the rest. */
static void share_out(struct survey *s, const struct image *image,
		      const struct image_segment *segment, struct range r,
		      const size_t *weights, size_t sum)
{
	size_t left = segment->packed_len;

	for (size_t i = r.from; i < r.to; i++) {
		const struct image_entry *e = &image->entries[i];
		size_t packed = (size_t)((double)segment->packed_len *
					 (double)weights[i] / (double)sum);
		struct image_share share = { .unpacked = record_len(e),
					     .packed = i + 1 < r.to ? packed : left,
					     .files = S_ISREG(e->as.mode) ? 1 : 0 };

		left -= share.packed < left ? share.packed : left;
		add_share(&s->out->kinds[kind_of(e)], &share);
		add_to_rooms(s, e, &share);
	}
}

static void survey_segment(struct survey *s, const struct image *image,
			   const struct image_segment *segment, size_t *weights)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(QUICK_LEVEL);
	struct range r = entries_of(image, segment->number);
	bool packed = !str_equal(segment->format, "cpio");
	struct bytes scratch = { 0 };
	size_t sum = 0;

	for (size_t i = r.from; i < r.to; i++) {
		const struct image_entry *e = &image->entries[i];

		weights[i] = packed && c ? weigh(c, e, &scratch) : record_len(e);
		sum += weights[i];
	}
	share_out(s, image, segment, r, weights, sum);
	bytes_free(&scratch);
	libdeflate_free_compressor(c);
}

/* ---- */

static int compare_rooms(const void *a, const void *b)
{
	const struct image_room *x = a, *y = b;

	if (x->share.packed != y->share.packed)
		return x->share.packed < y->share.packed ? 1 : -1;
	return strcmp(x->path, y->path);
}

static void keep(void *room)
{
	(void)room; /* they are in an array too */
}

static void finish(struct survey *s)
{
	tdestroy(s->paths, keep);
	s->out->rooms = mem_alloc(s->count * sizeof(*s->out->rooms));
	for (size_t i = 0; i < s->count; i++) {
		s->out->rooms[i] = *s->found[i];
		free(s->found[i]);
	}
	free(s->found);
	s->out->count = s->count;
	qsort(s->out->rooms, s->count, sizeof(*s->out->rooms), compare_rooms);
}

void image_size(struct image_size *size, const struct image *image)
{
	struct survey s = { .out = size };
	size_t *weights = mem_alloc(image->entry_count * sizeof(*weights));

	*size = (struct image_size){ 0 };
	for (size_t i = 0; i < image->segment_count; i++)
		survey_segment(&s, image, &image->segments[i], weights);
	free(weights);
	finish(&s);
}

void image_size_free(struct image_size *size)
{
	for (size_t i = 0; i < size->count; i++)
		free(size->rooms[i].path);
	free(size->rooms);
	*size = (struct image_size){ 0 };
}
