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

static void pack_module(const struct modset *set, struct tree *tree,
			const struct module *m)
{
	size_t len = strcspn(m->line, ":");
	const char *name = modset_short_path(m->line, &len);
	char *path = path_in_image(set, name, len);
	struct bytes contents = { .data = m->contents.data, .len = m->contents.len };

	tree_add_file(tree, path, &contents);
	free(path);
}

/* The line of modules.dep. */
static char *dep_line(const char *line)
{
	struct bytes out = { 0 };

	while (*line) {
		size_t whole = strcspn(line, ": "), len = whole,
		       between = strspn(line + whole, ": ");
		const char *path = modset_short_path(line, &len);

		bytes_put(&out, path, len);
		bytes_put(&out, line + whole, between);
		line += whole + between;
	}
	bytes_put(&out, "", 1);
	return (char *)out.data;
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

static int pack_dep(const struct modset *set, struct tree *tree)
{
	struct strings lines = { 0 };
	struct rows rows = { 0 };
	int err;

	for (size_t i = 0; i < set->count; i++) {
		char *line = dep_line(set->modules[i]->line);

		strings_add(&lines, line);
		rows_add(&rows, set->modules[i]->name, lines.items[i], i);
		free(line);
	}
	err = pack_index(set, tree, "modules.dep.bin", &rows);
	strings_free(&lines);
	return err;
}

static int pack_aliases(const struct modset *set, struct tree *tree)
{
	struct rows rows = { 0 };

	for (size_t i = 0; i < set->count; i++) {
		struct module *m = set->modules[i];

		for (size_t k = 0; k < m->aliases.count; k++) {
			normalise_alias(m->aliases.items[k]);
			rows_add(&rows, m->aliases.items[k], m->name, i);
		}
	}
	return pack_index(set, tree, "modules.alias.bin", &rows);
}

static int pack_builtin(struct modset *set, struct tree *tree)
{
	struct rows names = { 0 }, aliases = { 0 };
	int err;

	for (size_t i = 0; i < set->builtin.count; i++)
		rows_add(&names, set->builtin.items[i], "", i);
	for (size_t i = 0; i < set->aliases_asked.count; i++) {
		normalise_alias(set->aliases_asked.items[i]);
		rows_add(&aliases, set->aliases_asked.items[i],
			 set->aliases_builtin.items[i], i);
	}
	err = pack_index(set, tree, "modules.builtin.bin", &names);
	return err ? err : pack_index(set, tree, "modules.builtin.alias.bin", &aliases);
}

/* By modules.softdep, and with the lines of modprobe.d resolved as well. */
static void pack_softdeps(const struct modset *set, struct tree *tree)
{
	static const char name[] = "modules.softdep";
	char *path = path_in_image(set, name, strlen(name));
	struct bytes text = { 0 };

	for (size_t i = 0; i < set->softdep_count; i++)
		if (set->softdeps[i].resolved)
			bytes_printf(&text, "softdep %s%s\n", set->softdeps[i].owner,
				     set->softdeps[i].resolved);
	if (text.len)
		tree_add_file(tree, path, &text);
	free(path);
}

static void pack_load(const struct modset *set, struct tree *tree)
{
	struct bytes text = { 0 };

	for (size_t i = 0; i < set->load.count; i++)
		bytes_printf(&text, "%s\n", set->load.items[i]);
	if (text.len)
		tree_add_file(tree, "/etc/modules-load.d/rootling.conf", &text);
}

int modset_pack(struct modset *set, struct tree *tree)
{
	int err;

	pack_load(set, tree);
	pack_softdeps(set, tree);
	for (size_t i = 0; i < set->count; i++)
		pack_module(set, tree, set->modules[i]);
	err = pack_dep(set, tree);
	if (!err)
		err = pack_aliases(set, tree);
	return err ? err : pack_builtin(set, tree);
}
