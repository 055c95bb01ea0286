#include "initramfs/fwset.h"

#include "initramfs/compress.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define IN_IMAGE  "lib/firmware/"
#define WILDCARDS "*?["

/* In the order in which the kernel tries them. */
static const char *const suffixes[] = { "", ".zst", ".xz" };

#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

static bool ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), suffix_len = strlen(suffix);

	return len >= suffix_len && str_equal(s + len - suffix_len, suffix);
}

/* Without the suffix of a compression. */
static size_t plain_len(const char *name)
{
	for (size_t i = 1; i < SUFFIXES; i++)
		if (ends_with(name, suffixes[i]))
			return strlen(name) - strlen(suffixes[i]);
	return strlen(name);
}

static bool is_seen(const struct fwset *set, const char *name)
{
	return names_find(&set->seen, name) != NAMES_NONE;
}

static void add_folder(struct fwset *set, const char *base, const char *sub)
{
	char *path = mem_printf("%s%s", base, sub),
	     *real = sysroot_path(set->sysroot, path);

	if (real) {
		strings_add(&set->folders, path);
		strings_add(&set->real_folders, real);
	}
	free(real);
	free(path);
}

void fwset_open(struct fwset *set, const char *sysroot, const char *folder,
		const char *version, const struct tree *tree)
{
	const char *base = folder ? folder : "/lib/firmware";
	char *updates = mem_printf("/updates/%s", version);

	*set = (struct fwset){ .sysroot = sysroot };
	add_folder(set, base, updates);
	add_folder(set, base, "/updates");
	add_folder(set, base, updates + strlen("/updates"));
	add_folder(set, base, "");
	free(updates);
	for (size_t i = 0; i < tree->count; i++) {
		const char *name = str_after(tree->entries[i].path, IN_IMAGE);

		if (name && !S_ISDIR(tree->entries[i].mode))
			names_set(&set->seen, name, 0);
	}
}

void fwset_free(struct fwset *set)
{
	names_free(&set->seen);
	for (size_t i = 0; i < set->file_count; i++)
		mapped_close(&set->files[i]);
	free(set->files);
	strings_free(&set->folders);
	strings_free(&set->real_folders);
	strings_free(&set->missing);
	*set = (struct fwset){ 0 };
}

/* ---- packing */

static int read_file(struct fwset *set, const char *path, struct bytes *out)
{
	const struct compression *c = NULL;
	struct mapped file;
	size_t used;
	int err = mapped_open(&file, path);

	if (err)
		return err;
	set->files = mem_grow(set->files, set->file_count, sizeof(file));
	set->files[set->file_count++] = file;
	if (path[plain_len(path)])
		c = compression_by_magic(file.data, file.len);
	if (c)
		return c->unpack ? c->unpack(file.data, file.len, out, &used) : -ENOTSUP;
	*out = (struct bytes){ .data = (uint8_t *)file.data, .len = file.len };
	return 0;
}

static int pack_file(struct fwset *set, const char *path, const char *name,
		     struct tree *tree)
{
	char *to = mem_printf("/" IN_IMAGE "%s", name);
	struct bytes contents = { 0 };
	int err = read_file(set, path, &contents);

	if (err)
		log_err("%s: %s", path, strerror(-err));
	else
		tree_add_file(tree, to, &contents);
	bytes_free(&contents);
	free(to);
	return err;
}

static void pack_link(const char *name, const char *target, struct tree *tree)
{
	char *path = mem_printf("/" IN_IMAGE "%s", name);
	struct bytes text = { 0 };

	for (const char *p = name; *p; p++)
		if (*p == '/')
			bytes_put(&text, "../", 3);
	bytes_put(&text, target, strlen(target));
	tree_add(tree, path, S_IFLNK | 0777, &text);
	free(path);
}

/* The name of the file @path among the folders, without the suffix; NULL: it is in none of them.
 * The caller frees. */
static char *own_name(const struct fwset *set, const char *path)
{
	for (size_t i = 0; i < set->real_folders.count; i++) {
		const char *rest = str_after(path, set->real_folders.items[i]);

		if (!rest || *rest != '/')
			continue;
		return mem_printf("%.*s", (int)plain_len(rest + 1), rest + 1);
	}
	return NULL;
}

/* Many names are links to one file: that comes once, whatever links were between. */
static int pack(struct fwset *set, const char *path, const char *name, struct tree *tree)
{
	char *target = own_name(set, path);
	int err = 0;

	if (!target || str_equal(target, name)) {
		err = pack_file(set, path, name, tree);
	} else {
		if (!is_seen(set, target))
			names_set(&set->seen, target,
				  (size_t)-pack_file(set, path, target, tree));
		err = -(int)names_find(&set->seen, target);
		if (!err)
			pack_link(name, target, tree);
	}
	free(target);
	return err;
}

/* ---- looking for it */

/* The caller frees; NULL: nowhere. */
static char *locate(const struct fwset *set, const char *name)
{
	char *found = NULL;

	for (size_t s = 0; s < SUFFIXES && !found; s++)
		for (size_t i = 0; i < set->folders.count && !found; i++) {
			char *path = mem_printf("%s/%s%s", set->folders.items[i], name,
						suffixes[s]);

			found = sysroot_path(set->sysroot, path);
			free(path);
		}
	return found;
}

static int add_one(struct fwset *set, const char *name, struct tree *tree)
{
	char *path;
	int err;

	if (is_seen(set, name))
		return -(int)names_find(&set->seen, name);
	path = locate(set, name);
	err = path ? pack(set, path, name, tree) : -ENOENT;
	if (!path)
		strings_add(&set->missing, name);
	free(path);
	names_set(&set->seen, name, (size_t)-err);
	return err;
}

/* Those in the folder @folder of the system that fit the last part of @pattern. */
static int add_fitting(struct fwset *set, const char *folder, const char *pattern,
		       struct tree *tree)
{
	const char *slash = strrchr(pattern, '/');
	int prefix = slash ? (int)(slash + 1 - pattern) : 0, err = 0;
	char *path = mem_printf("%s/%.*s", folder, prefix, pattern),
	     *real = sysroot_path(set->sysroot, path);
	DIR *dir = real ? opendir(real) : NULL;
	struct dirent *d;

	while (!err && dir && (d = readdir(dir))) {
		char *name = mem_printf("%.*s%.*s", prefix, pattern,
					(int)plain_len(d->d_name), d->d_name);

		if (fnmatch(pattern, name, FNM_PERIOD | FNM_PATHNAME) == 0)
			err = add_one(set, name, tree);
		free(name);
	}
	if (dir)
		closedir(dir);
	free(real);
	free(path);
	return err;
}

int fwset_add(struct fwset *set, const char *name, struct tree *tree)
{
	int err = 0;

	if (*name == '/' || strstr(name, "../") || !*name)
		return -ENOENT; /* the kernel refuses them as well */
	if (!strpbrk(name, WILDCARDS))
		return add_one(set, name, tree);
	for (size_t i = 0; i < set->folders.count && !err; i++)
		err = add_fitting(set, set->folders.items[i], name, tree);
	return err;
}
