#include "initramfs/tree.h"

#include "initramfs/file.h"
#include "initramfs/folder.h"
#include "initramfs/pathwalk.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE (S_IFDIR | 0755)

char *tree_normal_path(const char *path)
{
	char cwd[PATH_MAX] = "";
	char *whole, *out, *word, *rest;
	size_t len = 0;

	if (*path != '/' && !getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	whole = mem_printf("%s/%s", cwd, path);
	out = mem_alloc(strlen(whole) + 1);
	rest = whole;
	while ((word = strsep(&rest, "/"))) {
		if (!*word || str_equal(word, "."))
			continue;
		if (str_equal(word, "..")) {
			while (len > 0 && out[--len] != '/')
				;
			continue;
		}
		out[len++] = '/';
		memcpy(out + len, word, strlen(word));
		len += strlen(word);
	}
	if (len == 0)
		out[len++] = '/';
	out[len] = '\0';
	free(whole);
	return out;
}

/* ---- entries */

void tree_entry_free(struct tree_entry *e)
{
	free(e->path);
	free(e->source);
	bytes_free(&e->contents);
}

size_t tree_find(const struct tree *tree, const char *path)
{
	path += *path == '/';
	return names_find(&tree->places, *path ? path : ".");
}

/* Of two entries of one path: would the first be hidden by the second? */
static bool gives_way(const struct tree_entry *a, const struct tree_entry *b)
{
	return S_ISDIR(a->mode) && !S_ISDIR(b->mode);
}

/* Folders become one at once, with the mode that was given last. */
static bool merge_folder(struct tree *tree, const char *path, mode_t mode, bool implied)
{
	size_t i = tree_find(tree, path);
	struct tree_entry *e = i == TREE_NONE ? NULL : &tree->entries[i];

	if (!e || !S_ISDIR(e->mode) || !S_ISDIR(mode))
		return false;
	if (!implied)
		e->mode = mode;
	e->implied = e->implied && implied;
	return true;
}

static struct tree_entry *append(struct tree *tree, const char *path, mode_t mode,
				 bool implied)
{
	size_t before = tree_find(tree, path);
	struct tree_entry *e;

	tree->entries = mem_grow(tree->entries, tree->count, sizeof(*tree->entries));
	e = &tree->entries[tree->count];
	*e = (struct tree_entry){
		.path = mem_strdup(*path ? path : "."),
		.mode = mode,
		.implied = implied,
		.order = tree->added++,
	};
	if (before == TREE_NONE || gives_way(&tree->entries[before], e))
		names_set(&tree->places, e->path, tree->count);
	tree->count++;
	return e;
}

/* A file in the place of a folder stays, for tree_finish() to see both. */
static void add_parents(struct tree *tree, const char *path)
{
	char *folder = mem_strdup(path);

	for (char *p = strchr(folder, '/'); p; p = strchr(p + 1, '/')) {
		size_t i;

		*p = '\0';
		i = tree_find(tree, folder);
		if (i == TREE_NONE || S_ISREG(tree->entries[i].mode))
			append(tree, folder, FOLDER_MODE, true);
		*p = '/';
	}
	free(folder);
}

void tree_take(struct tree *tree, const char *path, struct tree_entry *from)
{
	struct tree_entry *e;

	path += *path == '/';
	add_parents(tree, path);
	if (merge_folder(tree, path, from->mode, from->implied))
		return;
	e = append(tree, path, from->mode, from->implied);
	e->contents = from->contents;
	e->source = from->source;
	from->contents = (struct bytes){ 0 };
	from->source = NULL;
}

static void add(struct tree *tree, const char *path, mode_t mode, struct bytes *contents,
		const char *source)
{
	struct tree_entry e = { .mode = mode,
				.contents = *contents,
				.source = source ? mem_strdup(source) : NULL };

	tree_take(tree, path, &e);
	tree_entry_free(&e);
	*contents = (struct bytes){ 0 };
}

void tree_add(struct tree *tree, const char *path, mode_t mode, struct bytes *contents)
{
	add(tree, path, mode, contents, NULL);
}

void tree_add_folder(struct tree *tree, const char *path, mode_t mode)
{
	tree_add(tree, path, S_IFDIR | mode, &(struct bytes){ 0 });
}

void tree_add_file(struct tree *tree, const char *path, struct bytes *contents)
{
	tree_add(tree, path, S_IFREG | 0644, contents);
}

/* ---- from the file system */

static int add_file(struct tree *tree, const char *source, const char *path, mode_t mode)
{
	struct bytes contents = { 0 };
	int err = file_read(source, &contents);

	if (err) {
		bytes_free(&contents);
		log_err("%s: %s", source, strerror(-err));
		return err;
	}
	add(tree, path, S_IFREG | (mode & 07777), &contents, source);
	return 0;
}

static int add_link(struct tree *tree, const char *source, const char *path)
{
	struct bytes contents = { 0 };
	char target[PATH_MAX];
	ssize_t len = readlink(source, target, sizeof(target));

	if (len < 0) {
		log_err("%s: %s", source, strerror(errno));
		return -errno;
	}
	bytes_put(&contents, target, (size_t)len);
	add(tree, path, S_IFLNK | 0777, &contents, source);
	return 0;
}

/* Sorted, so that what is said does not depend on the file system's order either. */
static int add_folder(struct tree *tree, const char *source, const char *path,
		      mode_t mode)
{
	struct strings names = { 0 };
	int err = folder_names(source, &names);

	if (err)
		log_err("%s: %s", source, strerror(-err));
	else
		tree_add_folder(tree, path, mode & 07777);
	for (size_t i = 0; i < names.count && !err; i++) {
		char *from = mem_printf("%s/%s", source, names.items[i]);
		char *to = mem_printf("%s/%s", path[1] ? path : "", names.items[i]);

		err = tree_add_source(tree, from, to);
		free(from);
		free(to);
	}
	strings_free(&names);
	return err;
}

int tree_add_source(struct tree *tree, const char *source, const char *path)
{
	struct stat st;

	if (lstat(source, &st) < 0) {
		log_err("%s: %s", source, strerror(errno));
		return -errno;
	}
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return add_file(tree, source, path, st.st_mode);
	case S_IFLNK:
		return add_link(tree, source, path);
	case S_IFDIR:
		return add_folder(tree, source, path, st.st_mode);
	default:
		log_err("%s: only files, folders and symbolic links can be packed",
			source);
		return -EINVAL;
	}
}

/* ---- links */

static char *read_link(void *ctx, const char *path)
{
	const struct tree *tree = ctx;
	size_t i = tree_find(tree, path);
	const struct tree_entry *e = i == TREE_NONE ? NULL : &tree->entries[i];

	return e && S_ISLNK(e->mode) ? mem_printf("%.*s", (int)e->contents.len,
						  (const char *)e->contents.data)
				     : NULL;
}

char *tree_resolve(const struct tree *tree, const char *path)
{
	return pathwalk(path, read_link, (void *)(uintptr_t)tree);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		tree_entry_free(&tree->entries[i]);
	free(tree->entries);
	names_free(&tree->places);
	*tree = (struct tree){ 0 };
}
