/* The order of an image, and that it has each path once. */
#include "initramfs/pathwalk.h"
#include "initramfs/tree.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The kernel unpacks a damaged image as far as it gets, and runs /init if that is there. So what
 * locks the image comes before /init, and /init before all that it can say is missing. */
static const char *const first_paths[] = { ".", "etc", "etc/rootling",
					   "etc/rootling/sealed", "init" };

#define FIRST_COUNT (sizeof(first_paths) / sizeof(first_paths[0]))

static size_t rank(const char *path)
{
	size_t i = 0;

	while (i < FIRST_COUNT && !str_equal(path, first_paths[i]))
		i++;
	return i;
}

static bool is_root(const struct tree_entry *e)
{
	return str_equal(e->path, ".");
}

static int compare_paths(const struct tree_entry *x, const struct tree_entry *y)
{
	size_t x_rank = rank(x->path), y_rank = rank(y->path);

	if (x_rank != y_rank)
		return x_rank < y_rank ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;
	int order = compare_paths(x, y);

	return order ? order : x->order < y->order ? -1 : 1;
}

/* Where the entry is once the links above it are followed; a folder in the place of a link is
 * what the link points to. */
static char *real_path(const struct tree *tree, const struct tree_entry *e)
{
	const char *slash = strrchr(e->path, '/');
	char *above, *path, *parent;

	if (S_ISDIR(e->mode))
		return tree_resolve(tree, e->path);
	parent = mem_printf("/%.*s", slash ? (int)(slash - e->path) : 0, e->path);
	above = tree_resolve(tree, parent);
	path = above ? mem_printf("%s/%s", above[1] ? above : "",
				  slash ? slash + 1 : e->path)
		     : NULL;
	free(above);
	free(parent);
	return path;
}

/* As above; NULL: logged. */
static char *checked_path(const struct tree *tree, const struct tree_entry *e)
{
	char *path = real_path(tree, e);

	if (!path)
		log_err("/%s: too many symbolic links above it", e->path);
	else if (!str_equal(e->path, path + 1) && !is_root(e) &&
		 rank(e->path) < FIRST_COUNT)
		log_err("/%s: cannot be a symbolic link, nor what is above it", e->path);
	else
		return path;
	free(path);
	return NULL;
}

/* Where every entry goes, in their order. 1: not all of them stay. */
static int resolve_all(const struct tree *tree, char **paths)
{
	int result = 0;

	for (size_t i = 0; i < tree->count && result >= 0; i++) {
		const struct tree_entry *e = &tree->entries[i];

		paths[i] = checked_path(tree, e);
		if (!paths[i])
			result = -ELOOP;
		else if (!is_root(e) && !str_equal(e->path, paths[i] + 1))
			result = 1;
	}
	return result;
}

/* One pass. 1: something moved, which may be a link that others are below. */
static int follow_links(struct tree *tree)
{
	char **paths = mem_alloc(tree->count * sizeof(*paths));
	int result = resolve_all(tree, paths);
	struct tree moved = { 0 };

	for (size_t i = 0; i < tree->count; i++) {
		if (result > 0)
			tree_take(&moved, paths[i], &tree->entries[i]);
		free(paths[i]);
	}
	free(paths);
	if (result > 0) {
		tree_free(tree);
		*tree = moved;
	}
	return result;
}

static int follow_all_links(struct tree *tree)
{
	int result = 1;

	for (int pass = 0; result > 0; pass++) {
		if (pass == PATHWALK_LINKS_MAX) {
			log_err("symbolic links that move each other");
			return -ELOOP;
		}
		result = follow_links(tree);
	}
	return result;
}

static bool has_links(const struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		if (S_ISLNK(tree->entries[i].mode))
			return true;
	return false;
}

/* Two entries of one path. */
static int merge(const struct tree_entry *a, const struct tree_entry *b)
{
	if (S_ISDIR(a->mode) != S_ISDIR(b->mode)) {
		log_err("/%s: both a folder and something else", a->path);
		return -ENOTDIR;
	}
	if (a->mode == b->mode && a->contents.len == b->contents.len &&
	    (a->contents.len == 0 ||
	     memcmp(a->contents.data, b->contents.data, a->contents.len) == 0))
		return 0;
	log_err("/%s: given twice, and not the same: %s and %s", a->path,
		a->source ? a->source : "what every image has",
		b->source ? b->source : "what every image has");
	return -EEXIST;
}

int tree_finish(struct tree *tree)
{
	size_t kept = 0;
	int err = has_links(tree) ? follow_all_links(tree) : 0;

	/* last, so that a private folder that was added as "/" does not close it */
	tree_add_folder(tree, "/", 0755);
	qsort(tree->entries, tree->count, sizeof(*tree->entries), by_path);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_entry *e = &tree->entries[i];

		if (kept == 0 || compare_paths(&tree->entries[kept - 1], e) != 0) {
			tree->entries[kept++] = *e;
			continue;
		}
		if (!err)
			err = merge(&tree->entries[kept - 1], e);
		tree_entry_free(e);
	}
	tree->count = kept;
	return err;
}
