#include "initramfs/pull.h"

#include "initramfs/pathwalk.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int pull_one(struct tree *tree, const char *root, const char *path)
{
	char *outside = sysroot_outside(root, path);
	size_t i = tree_find(tree, path);
	const char *before = i == TREE_NONE ? NULL : tree->entries[i].source;
	int err = before && str_equal(before, outside)
			  ? 0
			  : tree_add_source(tree, outside, path);

	free(outside);
	return err;
}

/* The links on the way to @path, and where that ends, for the caller to free. */
static int pull_links(struct tree *tree, const char *root, const char *path, char **end)
{
	struct strings links = { 0 };
	int err = 0;

	*end = sysroot_follow(root, path, &links);
	if (!*end) {
		log_err("%s%s: %s", root ? root : "", path, strerror(ELOOP));
		err = -ELOOP;
	}
	for (size_t i = 0; i < links.count && !err; i++)
		err = pull_one(tree, root, links.items[i]);
	strings_free(&links);
	return err;
}

int pull(struct tree *tree, const char *root, const char *path)
{
	char *end;
	int err = pull_links(tree, root, path, &end);

	if (!err)
		err = pull_one(tree, root, end);
	free(end);
	return err;
}

int pull_entry(struct tree *tree, const char *root, const char *path)
{
	char *folder = pathwalk_folder(path), *end, *place;
	int err = pull_links(tree, root, folder, &end);

	if (!err) {
		place = mem_printf("%s%s", end[1] ? end : "", strrchr(path, '/'));
		err = pull_one(tree, root, place);
		free(place);
	}
	free(folder);
	free(end);
	return err;
}

int pull_missing(struct tree *tree, const char *root, const char *path)
{
	char *real = tree_resolve(tree, path), *outside;
	bool there = real && tree_find(tree, real) != TREE_NONE;

	free(real);
	if (there)
		return 0;
	outside = sysroot_path(root, path);
	if (!outside)
		return -ENOENT;
	free(outside);
	return pull(tree, root, path);
}
