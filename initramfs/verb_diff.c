#include "initramfs/image_diff.h"
#include "initramfs/image_file.h"
#include "initramfs/json.h"
#include "initramfs/module_name.h"
#include "initramfs/show.h"
#include "initramfs/verb.h"
#include "lib/log.h"
#include "lib/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As of diff(1). */
enum { SAME, DIFFERENT, TROUBLE };

struct diff_options {
	struct image_flags image;
	bool json;
};

static const struct flag flags[] = {
	{ 0, "json", FLAG_SWITCH, NULL, "the same as JSON",
	  offsetof(struct diff_options, json) },
	IMAGE_FLAG_MAX_SIZE(struct diff_options, image),
	{ 0 },
};

static const struct {
	unsigned bit;
	const char *word;
} changes[] = {
	{ CHANGE_TYPE, "type" },       { CHANGE_MODE, "mode" },
	{ CHANGE_OWNER, "owner" },     { CHANGE_CONTENTS, "contents" },
	{ CHANGE_VERSION, "version" },
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* ---- options, word by word */

/* Files with options of /init, one word or more a line. */
static bool has_options(const struct image_difference *d)
{
	const char *path = (d->a ? d->a : d->b)->path;

	return (str_equal(path, "etc/rootling/cmdline") ||
		str_equal(path, "etc/rootling/sealed")) &&
	       (!d->a || S_ISREG(d->a->as.mode)) && (!d->b || S_ISREG(d->b->as.mode));
}

static struct strings words_of(const struct image_entry *e)
{
	struct strings words = { 0 };
	char *text, *rest, *word;

	if (!e)
		return words;
	text = rest = mem_printf("%.*s", (int)e->as.len, (const char *)e->as.data);
	while ((word = strsep(&rest, " \t\n")))
		if (*word)
			strings_add(&words, word);
	free(text);
	return words;
}

static bool contains(const struct strings *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (str_equal(words->items[i], word))
			return true;
	return false;
}

typedef void (*word_visit)(void *ctx, char sign, const char *word);

static void visit_missing(const struct strings *from, const struct strings *in, char sign,
			  word_visit visit, void *ctx)
{
	for (size_t i = 0; i < from->count; i++)
		if (!contains(in, from->items[i]))
			visit(ctx, sign, from->items[i]);
}

static void visit_options(const struct image_difference *d, word_visit visit, void *ctx)
{
	struct strings a = words_of(d->a), b = words_of(d->b);

	visit_missing(&a, &b, '-', visit, ctx);
	visit_missing(&b, &a, '+', visit, ctx);
	strings_free(&a);
	strings_free(&b);
}

/* ---- for people */

static void print_word(void *ctx, char sign, const char *word)
{
	char *text = show_name(word);

	(void)ctx;
	printf("    %c%s\n", sign, text);
	free(text);
}

static void print_version(const struct image_entry *e)
{
	struct module_path where = { "", 0, "" };
	char *version;

	(void)module_path_parse(e->path, &where); /* it is a module: so it can */
	version = show_text(where.version, where.version_len);
	fputs(version, stdout);
	free(version);
}

static void print_changes(const struct image_difference *d)
{
	const struct newc_entry *a = &d->a->as, *b = &d->b->as;
	char mode_a[11], mode_b[11], size_a[16], size_b[16];

	show_mode(a->mode, mode_a);
	show_mode(b->mode, mode_b);
	show_size(a->len, size_a);
	show_size(b->len, size_b);
	putchar(':');
	for (size_t i = 0; i < CHANGES; i++)
		if (d->changes & changes[i].bit)
			printf(" %s", changes[i].word);
	if (d->changes & (CHANGE_TYPE | CHANGE_MODE))
		printf(", %s -> %s", mode_a, mode_b);
	if (d->changes & CHANGE_OWNER)
		printf(", %u:%u -> %u:%u", a->uid, a->gid, b->uid, b->gid);
	if (d->changes & CHANGE_CONTENTS && a->len != b->len)
		printf(", %s -> %s", size_a, size_b);
	if (d->changes & CHANGE_VERSION) {
		fputs(", ", stdout);
		print_version(d->a);
		fputs(" -> ", stdout);
		print_version(d->b);
	}
}

static char sign_of(const struct image_difference *d)
{
	if (d->a && d->b)
		return '~';
	return d->a ? '-' : '+';
}

static void print_difference(const struct image_difference *d)
{
	const char *path = (d->a ? d->a : d->b)->path;
	char *module = d->module ? module_name(path) : NULL;
	char *name = show_name(module ? module : path);

	printf("%c %s%s", sign_of(d), module ? "module " : "", name);
	if (d->a && d->b)
		print_changes(d);
	putchar('\n');
	if (has_options(d))
		visit_options(d, print_word, NULL);
	free(name);
	free(module);
}

static size_t total_of(const struct image *image)
{
	size_t total = 0;

	for (size_t i = 0; i < image->tree_count; i++)
		total += image->tree[i]->link ? 0 : image->tree[i]->as.len;
	return total;
}

static size_t packed_of(const struct image *image)
{
	size_t total = 0;

	for (size_t i = 0; i < image->segment_count; i++)
		total += image->segments[i].packed_len;
	return total;
}

static void print_totals(const struct image_diff *diff, const struct image_file *a,
			 const struct image_file *b)
{
	size_t only_a = 0, only_b = 0;
	char sizes[4][16];

	for (size_t i = 0; i < diff->count; i++) {
		only_a += !diff->rows[i].b;
		only_b += !diff->rows[i].a;
	}
	show_size(packed_of(&a->image), sizes[0]);
	show_size(packed_of(&b->image), sizes[1]);
	show_size(total_of(&a->image), sizes[2]);
	show_size(total_of(&b->image), sizes[3]);
	printf("%zu only in the first, %zu only in the second, %zu changed, %zu the same\n"
	       "%s -> %s packed, %s -> %s of files\n",
	       only_a, only_b, diff->count - only_a - only_b, diff->same, sizes[0],
	       sizes[1], sizes[2], sizes[3]);
}

static void print_diff(const struct image_diff *diff, const struct image_file *a,
		       const struct image_file *b)
{
	for (size_t i = 0; i < diff->count; i++)
		print_difference(&diff->rows[i]);
	if (diff->count)
		print_totals(diff, a, b);
}

/* ---- for machines */

static void put_side(struct json *j, const char *key, const struct image_entry *e)
{
	char mode[11];

	if (!e)
		return;
	show_mode(e->as.mode, mode);
	json_object(j, key);
	json_string(j, "path", e->path);
	json_string(j, "mode", mode);
	json_number(j, "uid", e->as.uid);
	json_number(j, "gid", e->as.gid);
	json_number(j, "size", e->as.len);
	if (S_ISLNK(e->as.mode))
		json_text(j, "target", e->as.data, e->as.len);
	json_end_object(j);
}

static void put_word(void *ctx, char sign, const char *word)
{
	char *text = mem_printf("%c%s", sign, word);

	json_string(ctx, NULL, text);
	free(text);
}

static void put_difference(struct json *j, const struct image_difference *d)
{
	char *module = d->module ? module_name((d->a ? d->a : d->b)->path) : NULL;

	json_object(j, NULL);
	if (module)
		json_string(j, "module", module);
	put_side(j, "a", d->a);
	put_side(j, "b", d->b);
	json_array(j, "changes");
	for (size_t i = 0; i < CHANGES; i++)
		if (d->changes & changes[i].bit)
			json_string(j, NULL, changes[i].word);
	json_end_array(j);
	if (has_options(d)) {
		json_array(j, "options");
		visit_options(d, put_word, j);
		json_end_array(j);
	}
	json_end_object(j);
	free(module);
}

static void put_image(struct json *j, const char *key, const struct image_file *f)
{
	json_object(j, key);
	json_string(j, "file", f->path);
	json_number(j, "packed_size", packed_of(&f->image));
	json_number(j, "size", total_of(&f->image));
	json_end_object(j);
}

static void put_diff(const struct image_diff *diff, const struct image_file *a,
		     const struct image_file *b)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	put_image(&j, "a", a);
	put_image(&j, "b", b);
	json_number(&j, "same", diff->same);
	json_array(&j, "differences");
	for (size_t i = 0; i < diff->count; i++)
		put_difference(&j, &diff->rows[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_print(&j, stdout);
}

/* ---- */

static int diff_run(void *given, char **operands)
{
	const struct diff_options *options = given;
	struct image_file a = { 0 }, b = { 0 };
	struct image_diff diff = { 0 };
	int status = TROUBLE;

	if (image_file_open(&a, "diff", operands[0], &options->image) == 0 &&
	    image_file_open(&b, "diff", operands[1], &options->image) == 0) {
		image_diff(&diff, &a.image, &b.image);
		status = diff.count ? DIFFERENT : SAME;
		(options->json ? put_diff : print_diff)(&diff, &a, &b);
		if (show_end("diff"))
			status = TROUBLE;
	}
	image_diff_free(&diff);
	image_file_close(&a);
	image_file_close(&b);
	return status;
}

const struct verb verb_diff = {
	.name = "diff",
	.help = "tell what differs between two images",
	.operands = "FILE FILE",
	.operands_min = 2,
	.operands_max = 2,
	.flags = flags,
	.options_size = sizeof(struct diff_options),
	.wrong_usage = TROUBLE,
	.run = diff_run,
};
