#include "initramfs/image_file.h"
#include "initramfs/image_size.h"
#include "initramfs/json.h"
#include "initramfs/show.h"
#include "initramfs/verb.h"
#include "lib/log.h"
#include "lib/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH	      3
#define FILES	      10  /* of the biggest ones */
#define SMALL_PERCENT 0.5 /* what is smaller is not worth a row */

struct size_options {
	struct image_flags image;
	char *depth;
	bool json, all;
};

static const struct flag flags[] = {
	{ 'd', "depth", FLAG_STRING, "N", "how deep the tree of folders goes (3)",
	  offsetof(struct size_options, depth) },
	{ 'a', "all", FLAG_SWITCH, NULL, "rows of less than 0.5 % too",
	  offsetof(struct size_options, all) },
	{ 0, "json", FLAG_SWITCH, NULL, "all of it as JSON",
	  offsetof(struct size_options, json) },
	IMAGE_FLAG_SEGMENT(struct size_options, image),
	IMAGE_FLAG_MAX_SIZE(struct size_options, image),
	{ 0 },
};

/* ---- for people */

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_share(const struct image_share *share, size_t whole)
{
	char unpacked[16], packed[16];

	show_size(share->unpacked, unpacked);
	show_size(share->packed, packed);
	printf("%9s %9s %5.1f %% %7zu  ", packed, unpacked, percent(share->packed, whole),
	       share->files);
}

static void print_row(const struct image_room *room, size_t whole, size_t indent)
{
	const char *slash = strrchr(room->path, '/');
	char *name = show_name(indent && slash ? slash + 1 : room->path);

	print_share(&room->share, whole);
	printf("%*s%s%s\n", (int)(2 * indent), "", name, room->folder ? "/" : "");
	free(name);
}

static void print_kinds(const struct image_size *size, size_t whole)
{
	puts("\nby kind");
	for (unsigned i = 0; i < KINDS; i++)
		if (size->kinds[i].packed) {
			print_share(&size->kinds[i], whole);
			puts(image_kind_name(i));
		}
}

static bool is_directly_below(const char *path, const char *folder)
{
	const char *rest = *folder ? str_after(path, folder) : path;

	if (!rest || (*folder && *rest != '/') || str_equal(path, "."))
		return false;
	return !strchr(rest + (*folder ? 1 : 0), '/');
}

struct tree_print {
	const struct image_size *size;
	size_t whole, depth;
	double smallest;
};

/* The rows are sorted by size, and so is what is below each folder. */
static void print_below(const struct tree_print *t, const char *folder, size_t indent)
{
	for (size_t i = 0; i < t->size->count && indent < t->depth; i++) {
		const struct image_room *room = &t->size->rooms[i];

		if (percent(room->share.packed, t->whole) < t->smallest)
			return;
		if (!is_directly_below(room->path, folder))
			continue;
		print_row(room, t->whole, indent);
		if (room->folder)
			print_below(t, room->path, indent + 1);
	}
}

static void print_biggest(const struct image_size *size, size_t whole)
{
	size_t printed = 0;

	puts("\nbiggest files");
	for (size_t i = 0; i < size->count && printed < FILES; i++)
		if (!size->rooms[i].folder) {
			print_row(&size->rooms[i], whole, 0);
			printed++;
		}
}

static void print_size(const struct image_size *size, const struct size_options *options,
		       size_t depth)
{
	size_t whole = size->count ? size->rooms[0].share.packed : 0;
	struct tree_print tree = { size, whole, depth, options->all ? 0 : SMALL_PERCENT };

	puts("   packed  unpacked   share   files");
	if (!size->count)
		return;
	print_row(&size->rooms[0], whole, 0);
	print_below(&tree, "", 0);
	print_kinds(size, whole);
	print_biggest(size, whole);
	puts("\nWhat a file takes packed is an estimate from packing it alone.");
}

/* ---- for machines */

static void put_share(struct json *j, const struct image_share *share)
{
	json_number(j, "packed_size", share->packed);
	json_number(j, "size", share->unpacked);
	json_number(j, "files", share->files);
}

static void put_size(const struct image_size *size)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_object(&j, "kinds");
	for (unsigned i = 0; i < KINDS; i++) {
		json_object(&j, image_kind_name(i));
		put_share(&j, &size->kinds[i]);
		json_end_object(&j);
	}
	json_end_object(&j);
	json_array(&j, "paths");
	for (size_t i = 0; i < size->count; i++) {
		json_object(&j, NULL);
		json_string(&j, "path", size->rooms[i].path);
		json_bool(&j, "folder", size->rooms[i].folder);
		put_share(&j, &size->rooms[i].share);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	json_print(&j, stdout);
}

/* ---- */

static int size_run(void *given, char **operands)
{
	const struct size_options *options = given;
	uint32_t depth = DEPTH;
	struct image_size size;
	struct image_file f;
	int status;

	if (options->depth && str_parse_u32(options->depth, 10, &depth)) {
		log_err("size: --depth: %s: not a number", options->depth);
		return 1;
	}
	status = image_file_open(&f, "size", operands[0], &options->image) ? 1 : 0;
	image_size(&size, &f.image);
	if (options->json)
		put_size(&size);
	else if (!status || f.image.entry_count)
		print_size(&size, options, depth);
	image_size_free(&size);
	image_file_close(&f);
	return show_end("size") ? 1 : status;
}

const struct verb verb_size = {
	.name = "size",
	.help = "tell what takes the room in an image",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct size_options),
	.run = size_run,
};
