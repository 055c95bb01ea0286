#include "initramfs/image_diff.h"

#include "initramfs/compress.h"
#include "initramfs/module_name.h"
#include "lib/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* An entry by what it is compared by. */
struct item {
	const struct image_entry *entry;
	char *name; /* of a module, else NULL */
	const char *key;
};

struct items {
	struct item *items;
	size_t count;
};

static int compare_items(const struct item *x, const struct item *y)
{
	if (!x->name != !y->name)
		return x->name ? 1 : -1;
	return strcmp(x->key, y->key);
}

static int compare_for_qsort(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = compare_items(x, y);

	/* of two modules of one name and two kernels */
	return order ? order : strcmp(x->entry->path, y->entry->path);
}

static struct items sort_items(const struct image *image)
{
	struct items list = { mem_alloc(image->tree_count * sizeof(struct item)), 0 };

	for (size_t i = 0; i < image->tree_count; i++) {
		struct item *item = &list.items[list.count++];
		struct module_path where;

		item->entry = image->tree[i];
		item->name = S_ISREG(item->entry->as.mode)
				     ? module_name(item->entry->path)
				     : NULL;
		item->key = item->name ? item->name : item->entry->path;
		/* the folders of modules have the version in their path, and say nothing */
		if (S_ISDIR(item->entry->as.mode) &&
		    module_path_parse(item->entry->path, &where))
			list.count--;
	}
	qsort(list.items, list.count, sizeof(*list.items), compare_for_qsort);
	return list;
}

static void free_items(struct items *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
}

/* ---- one entry against the other */

static bool same_data(const struct newc_entry *a, const struct newc_entry *b)
{
	return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

/* The module itself, whatever it is packed by, in @out when that had to be filled. */
static struct newc_entry plain_module(const struct newc_entry *e, struct bytes *out)
{
	const struct compression *type = compression_by_magic(e->data, e->len);
	struct newc_entry plain = *e;
	size_t used;

	out->limit = (size_t)256 << 20;
	if (type && type->unpack && type->unpack(e->data, e->len, out, &used) == 0) {
		plain.data = out->data;
		plain.len = out->len;
	}
	return plain;
}

static bool same_module(const struct newc_entry *a, const struct newc_entry *b)
{
	struct bytes unpacked_a = { 0 }, unpacked_b = { 0 };
	struct newc_entry plain_a = plain_module(a, &unpacked_a),
			  plain_b = plain_module(b, &unpacked_b);
	bool same = same_data(&plain_a, &plain_b);

	bytes_free(&unpacked_a);
	bytes_free(&unpacked_b);
	return same;
}

static bool same_version(const char *a, const char *b)
{
	struct module_path x, y;

	return !module_path_parse(a, &x) || !module_path_parse(b, &y) ||
	       (x.version_len == y.version_len &&
		memcmp(x.version, y.version, x.version_len) == 0);
}

static bool same_device(const struct newc_entry *a, const struct newc_entry *b)
{
	if (!S_ISCHR(a->mode) && !S_ISBLK(a->mode))
		return true;
	return a->rdev_major == b->rdev_major && a->rdev_minor == b->rdev_minor;
}

static unsigned compare(const struct item *x, const struct item *y)
{
	const struct newc_entry *a = &x->entry->as, *b = &y->entry->as;
	unsigned changes = 0;

	if ((a->mode ^ b->mode) & S_IFMT)
		return CHANGE_TYPE;
	if ((a->mode ^ b->mode) & 07777)
		changes |= CHANGE_MODE;
	if (a->uid != b->uid || a->gid != b->gid)
		changes |= CHANGE_OWNER;
	if (!same_device(a, b) || (!same_data(a, b) && !(x->name && same_module(a, b))))
		changes |= CHANGE_CONTENTS;
	if (!same_version(x->entry->path, y->entry->path))
		changes |= CHANGE_VERSION;
	return changes;
}

/* ---- */

static void add(struct image_diff *diff, const struct item *a, const struct item *b)
{
	unsigned changes = a && b ? compare(a, b) : 0;

	if (a && b && !changes) {
		diff->same++;
		return;
	}
	diff->rows = mem_grow(diff->rows, diff->count, sizeof(*diff->rows));
	diff->rows[diff->count++] = (struct image_difference){
		.a = a ? a->entry : NULL,
		.b = b ? b->entry : NULL,
		.changes = changes,
		.module = (a ? a : b)->name,
	};
}

void image_diff(struct image_diff *diff, const struct image *a, const struct image *b)
{
	struct items left = sort_items(a), right = sort_items(b);
	size_t i = 0, k = 0;
	int order;

	*diff = (struct image_diff){ 0 };
	while (i < left.count || k < right.count) {
		if (i == left.count)
			order = 1;
		else if (k == right.count)
			order = -1;
		else
			order = compare_items(&left.items[i], &right.items[k]);
		add(diff, order <= 0 ? &left.items[i] : NULL,
		    order >= 0 ? &right.items[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	free_items(&left);
	free_items(&right);
}

void image_diff_free(struct image_diff *diff)
{
	free(diff->rows);
	*diff = (struct image_diff){ 0 };
}
