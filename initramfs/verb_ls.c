#include "initramfs/image_file.h"
#include "initramfs/json.h"
#include "initramfs/show.h"
#include "initramfs/verb.h"
#include "lib/log.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ls_options {
	struct image_flags image;
	bool long_format, json;
};

static const struct flag flags[] = {
	{ 'l', "long", FLAG_SWITCH, NULL,
	  "mode, links, owner, group, size and time too, by segment",
	  offsetof(struct ls_options, long_format) },
	{ 0, "json", FLAG_SWITCH, NULL, "the same as JSON",
	  offsetof(struct ls_options, json) },
	IMAGE_FLAG_SEGMENT(struct ls_options, image),
	IMAGE_FLAG_MAX_SIZE(struct ls_options, image),
	{ 0 },
};

/* ---- for people */

static void print_long(const struct image_entry *entry)
{
	const struct newc_entry *e = &entry->as;
	char mode[11], when[32], size[32];
	time_t mtime = e->mtime;
	struct tm tm;

	show_mode(e->mode, mode);
	(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M", gmtime_r(&mtime, &tm));
	if (S_ISCHR(e->mode) || S_ISBLK(e->mode))
		snprintf(size, sizeof(size), "%u, %u", e->rdev_major, e->rdev_minor);
	else
		snprintf(size, sizeof(size), "%zu", e->len);
	printf("%s %3u %5u %5u %9s %s ", mode, e->nlink, e->uid, e->gid, size, when);
}

static void print_entry(const struct ls_options *options, const struct image_entry *entry)
{
	const struct newc_entry *e = &entry->as;
	char *name = show_name(e->name), *target = NULL;

	if (options->long_format)
		print_long(entry);
	if (options->long_format && S_ISLNK(e->mode))
		target = show_text(e->data, e->len);
	printf("%s%s%s\n", name, target ? " -> " : "", target ? target : "");
	free(name);
	free(target);
}

static void print_segment(const struct image_segment *s)
{
	char packed[16], unpacked[16];

	show_size(s->packed_len, packed);
	show_size(s->len, unpacked);
	printf("segment %u: %s at %zu, %s", s->number, s->format, s->offset, packed);
	if (s->len != s->packed_len)
		printf(", unpacked %s", unpacked);
	putchar('\n');
}

static void print_bootconfig(const struct bootconfig *b)
{
	char size[16];

	show_size(b->text_len, size);
	if (b->text)
		printf("boot configuration at %zu, %s\n", b->start, size);
}

/* ---- for machines */

static void put_entry(struct json *j, const struct image_entry *entry)
{
	const struct newc_entry *e = &entry->as;
	char mode[11];

	show_mode(e->mode, mode);
	json_object(j, NULL);
	json_string(j, "name", e->name);
	json_string(j, "mode", mode);
	json_number(j, "permissions", e->mode & 07777);
	json_number(j, "links", e->nlink);
	json_number(j, "uid", e->uid);
	json_number(j, "gid", e->gid);
	json_number(j, "mtime", e->mtime);
	json_number(j, "size", e->len);
	if (S_ISCHR(e->mode) || S_ISBLK(e->mode)) {
		json_number(j, "major", e->rdev_major);
		json_number(j, "minor", e->rdev_minor);
	}
	if (S_ISLNK(e->mode))
		json_text(j, "target", e->data, e->len);
	if (entry->link)
		json_string(j, "link", entry->link->as.name);
	json_bool(j, "replaced", entry->replaced);
	json_end_object(j);
}

static void put_segment(struct json *j, const struct image_segment *s)
{
	json_number(j, "number", s->number);
	json_string(j, "format", s->format);
	json_number(j, "offset", s->offset);
	json_number(j, "packed_size", s->packed_len);
	json_number(j, "size", s->len);
}

/* ---- */

/* Like a shell pattern, for a path or for all that is below a folder. */
static bool wanted(const struct image_entry *e, char *const *patterns)
{
	if (!*patterns)
		return true;
	for (; *patterns; patterns++)
		if (fnmatch(*patterns + strspn(*patterns, "/"), e->path,
			    FNM_LEADING_DIR) == 0)
			return true;
	return false;
}

/* The next one of the segment from @next on; NULL: no more. */
static const struct image_entry *next_wanted(const struct image *image,
					     const struct image_segment *segment,
					     char *const *patterns, size_t *next)
{
	while (*next < image->entry_count &&
	       image->entries[*next].segment == segment->number) {
		const struct image_entry *e = &image->entries[(*next)++];

		if (wanted(e, patterns))
			return e;
	}
	return NULL;
}

static bool is_shown(const struct image_file *f, const struct image_segment *segment)
{
	return !f->only || segment->number == f->only;
}

/* Both return how many entries that were. */
static size_t print_all(const struct ls_options *options, const struct image_file *f,
			char *const *patterns)
{
	const char *maker = image_maker(&f->image);
	const struct image_entry *e;
	size_t count = 0, next = 0;

	if (options->long_format && maker)
		printf("made by %s\n", maker);
	for (size_t i = 0; i < f->image.segment_count; i++) {
		const struct image_segment *s = &f->image.segments[i];

		if (options->long_format && is_shown(f, s))
			print_segment(s);
		for (; (e = next_wanted(&f->image, s, patterns, &next)); count++)
			print_entry(options, e);
	}
	if (options->long_format && !f->only)
		print_bootconfig(&f->image.bootconfig);
	return count;
}

static size_t put_entries(struct json *j, const struct image_file *f,
			  const struct image_segment *segment, char *const *patterns,
			  size_t *next)
{
	const struct image_entry *e;
	size_t count = 0;

	json_object(j, NULL);
	put_segment(j, segment);
	json_array(j, "entries");
	for (; (e = next_wanted(&f->image, segment, patterns, next)); count++)
		put_entry(j, e);
	json_end_array(j);
	json_end_object(j);
	return count;
}

static size_t put_all(const struct image_file *f, char *const *patterns)
{
	const char *maker = image_maker(&f->image);
	const struct bootconfig *b = &f->image.bootconfig;
	size_t count = 0, next = 0;
	struct json j = { 0 };

	json_object(&j, NULL);
	if (maker)
		json_string(&j, "maker", maker);
	json_array(&j, "segments");
	for (size_t i = 0; i < f->image.segment_count; i++)
		if (is_shown(f, &f->image.segments[i]))
			count += put_entries(&j, f, &f->image.segments[i], patterns,
					     &next);
	json_end_array(&j);
	if (b->text && !f->only)
		json_text(&j, "bootconfig", b->text, b->text_len);
	json_end_object(&j);
	json_print(&j, stdout);
	return count;
}

static int ls_run(void *given, char **operands)
{
	const struct ls_options *options = given;
	struct image_file f;
	size_t count;
	int err = image_file_open(&f, "ls", operands[0], &options->image);

	count = options->json ? put_all(&f, operands + 1)
			      : print_all(options, &f, operands + 1);
	if (!err && !count && operands[1]) {
		log_err("ls: %s: nothing in it has such a name", operands[0]);
		err = -ENOENT;
	}
	image_file_close(&f);
	return show_end("ls") || err ? 1 : 0;
}

const struct verb verb_ls = {
	.name = "ls",
	.help = "list what is in an image",
	.operands = "FILE [PATTERN]...",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.options_size = sizeof(struct ls_options),
	.run = ls_run,
};
