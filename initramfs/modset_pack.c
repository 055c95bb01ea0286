#include "initramfs/file.h"
#include "initramfs/modindex_write.h"
#include "initramfs/modset.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one index file, whose strings they borrow. */
struct rows {
	struct modindex_row *rows;
	size_t count;
};

static void rows_add(struct rows *r, const char *key, const char *value, size_t priority)
{
	r->rows = mem_grow(r->rows, r->count, sizeof(*r->rows));
	r->rows[r->count++] = (struct modindex_row){ key, value, (uint32_t)priority };
}

static char *path_in_image(const struct modset *set, const char *path, size_t len)
{
	return mem_printf("/lib/modules/%s/%.*s", set->version, (int)len, path);
}

/* An index without rows is a file without use. */
static int pack_index(const struct modset *set, struct tree *tree, const char *name,
		      struct rows *r)
{
	char *path = path_in_image(set, name, strlen(name));
	struct bytes index = { 0 };
	int err = r->count ? modindex_write(&index, r->rows, r->count) : 0;

	if (err)
		log_err("%s: %s", path, strerror(-err));
	else if (r->count)
		tree_add_file(tree, path, &index);
	bytes_free(&index);
	free(r->rows);
	free(path);
	return err;
}

static void pack_text(struct tree *tree, const char *path, struct bytes *text)
{
	if (text->len)
		tree_add_file(tree, path, text);
}

/* As it is, packed too: what changed would lose its signature. */
static int pack_module(const struct modset *set, struct tree *tree,
		       const struct module *m)
{
	size_t len = strcspn(m->line, ":");
	char *source = mem_printf("%s/%.*s", set->folder, (int)len, m->line);
	char *path = path_in_image(set, m->line, len);
	struct bytes contents = { 0 };
	int err = *m->line == '/' ? -EXDEV : file_read(source, &contents);

	if (err)
		log_err("%s: %s", source, strerror(-err));
	else
		tree_add_file(tree, path, &contents);
	bytes_free(&contents);
	free(source);
	free(path);
	return err;
}

/* kmod compares with '_' where a name has '-', but not inside of [...]. */
static void normalise_alias(char *alias)
{
	bool bracket = false;

	for (; *alias; alias++) {
		if (*alias == '[' || *alias == ']')
			bracket = *alias == '[';
		else if (*alias == '-' && !bracket)
			*alias = '_';
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct module *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int pack_indexes(struct modset *set, struct tree *tree)
{
	struct rows dep = { 0 }, alias = { 0 }, builtin = { 0 };
	int err, other;

	for (size_t i = 0; i < set->count; i++) {
		struct module *m = &set->modules[i];

		rows_add(&dep, m->name, m->line, i);
		for (size_t k = 0; k < m->aliases.count; k++) {
			normalise_alias(m->aliases.items[k]);
			rows_add(&alias, m->aliases.items[k], m->name, i);
		}
	}
	for (size_t i = 0; i < set->builtin.count; i++)
		rows_add(&builtin, set->builtin.items[i], "", i);
	err = pack_index(set, tree, "modules.dep.bin", &dep);
	other = pack_index(set, tree, "modules.alias.bin", &alias);
	err = err ? err : other;
	other = pack_index(set, tree, "modules.builtin.bin", &builtin);
	return err ? err : other;
}

int modset_pack(struct modset *set, struct tree *tree)
{
	static const char softdep[] = "modules.softdep";
	char *path = path_in_image(set, softdep, strlen(softdep));
	struct bytes load = { 0 };
	int err;

	if (set->count)
		qsort(set->modules, set->count, sizeof(*set->modules), by_rank);
	for (size_t i = 0; i < set->load.count; i++)
		bytes_printf(&load, "%s\n", set->load.items[i]);
	pack_text(tree, "/etc/modules-load.d/rootling.conf", &load);
	pack_text(tree, path, &set->softdeps);
	free(path);
	err = pack_indexes(set, tree);
	for (size_t i = 0; i < set->count && !err; i++)
		err = pack_module(set, tree, &set->modules[i]);
	return err;
}
