#include "initramfs/tree.h"

#include "initramfs/file.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
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

static void append(struct tree *tree, const char *path, size_t len, mode_t mode,
		   bool implied)
{
	tree->entries = mem_grow(tree->entries, tree->count, sizeof(*tree->entries));
	tree->entries[tree->count++] = (struct tree_entry){
		.path = len ? mem_printf("%.*s", (int)len, path) : mem_strdup("."),
		.mode = mode,
		.implied = implied,
		.order = tree->added++,
	};
}

void tree_add(struct tree *tree, const char *path, mode_t mode, struct bytes *contents)
{
	path += *path == '/';
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/'))
		append(tree, path, (size_t)(p - path), FOLDER_MODE, true);
	append(tree, path, strlen(path), mode, false);
	tree->entries[tree->count - 1].contents = *contents;
	*contents = (struct bytes){ 0 };
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
	tree_add(tree, path, S_IFREG | (mode & 07777), &contents);
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
	tree_add(tree, path, S_IFLNK | 0777, &contents);
	return 0;
}

static int add_folder(struct tree *tree, const char *source, const char *path,
		      mode_t mode)
{
	DIR *dir = opendir(source);
	struct dirent *d;
	int err = 0;

	if (!dir) {
		log_err("%s: %s", source, strerror(errno));
		return -errno;
	}
	tree_add_folder(tree, path, mode & 07777);
	while (!err && (d = readdir(dir))) {
		char *from, *to;

		if (str_equal(d->d_name, ".") || str_equal(d->d_name, ".."))
			continue;
		from = mem_printf("%s/%s", source, d->d_name);
		to = mem_printf("%s/%s", path[1] ? path : "", d->d_name);
		err = tree_add_source(tree, from, to);
		free(from);
		free(to);
	}
	closedir(dir);
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

/* ---- order */

static int compare_paths(const struct tree_entry *x, const struct tree_entry *y)
{
	bool x_root = str_equal(x->path, "."), y_root = str_equal(y->path, ".");

	if (x_root || y_root)
		return y_root - x_root;
	return strcmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;
	int order = compare_paths(x, y);

	return order ? order : x->order < y->order ? -1 : 1;
}

static void entry_free(struct tree_entry *e)
{
	free(e->path);
	bytes_free(&e->contents);
}

/* Two entries of one path: folders become one, with the mode that was given last. */
static int merge(struct tree_entry *a, const struct tree_entry *b)
{
	if (S_ISDIR(a->mode) && S_ISDIR(b->mode)) {
		if (!b->implied)
			a->mode = b->mode;
		a->implied = a->implied && b->implied;
		return 0;
	}
	if (S_ISDIR(a->mode) != S_ISDIR(b->mode)) {
		log_err("/%s: both a folder and something else", a->path);
		return -ENOTDIR;
	}
	log_err("/%s: given twice", a->path);
	return -EEXIST;
}

int tree_finish(struct tree *tree)
{
	size_t kept = 0;
	int err = 0;

	/* last, so that a private folder that was added as "/" does not close it */
	append(tree, "", 0, FOLDER_MODE, false);
	qsort(tree->entries, tree->count, sizeof(*tree->entries), by_path);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_entry *e = &tree->entries[i];

		if (kept == 0 || compare_paths(&tree->entries[kept - 1], e) != 0) {
			tree->entries[kept++] = *e;
			continue;
		}
		if (!err)
			err = merge(&tree->entries[kept - 1], e);
		entry_free(e);
	}
	tree->count = kept;
	return err;
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		entry_free(&tree->entries[i]);
	free(tree->entries);
	*tree = (struct tree){ 0 };
}
