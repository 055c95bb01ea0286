/* Kernel modules: of the right kernel, complete, and known to the index files. */
#include "initramfs/check.h"
#include "lib/str.h"
#include "modules/modindex.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* ---- versions */

static bool of_version(const struct module_path *where, const char *version, size_t len)
{
	return where->version_len == len && memcmp(where->version, version, len) == 0;
}

static void check_magic(struct checkup *c, const struct check_module *m,
			const struct module_path *where)
{
	struct modinfo info = m->info;
	const char *magic = modinfo_next(&info, "vermagic");
	size_t len = magic ? strcspn(magic, " ") : 0;

	if (magic && !of_version(where, magic, len))
		check_add(c, CHECK_ERROR, m->entry->path,
			  "was built for kernel %.*s, which is not its folder: take the "
			  "module of the right kernel",
			  (int)len, magic);
}

void check_versions(struct checkup *c)
{
	struct module_path where = { 0 };
	bool right = false;

	for (size_t i = 0; i < c->module_count; i++) {
		(void)module_path_parse(c->modules[i].entry->path,
					&where); /* or it were no module */
		check_magic(c, &c->modules[i], &where);
		if (c->version && of_version(&where, c->version, strlen(c->version)))
			right = true;
	}
	if (c->version && c->module_count && !right)
		check_add(c, CHECK_ERROR, NULL,
			  "its modules are of kernel %.*s, where %s does not look: build "
			  "the image for %s",
			  (int)where.version_len, where.version, c->version, c->version);
}

/* ---- dependencies */

void check_dependencies(struct checkup *c)
{
	for (size_t i = 0; i < c->module_count; i++) {
		struct modinfo info = c->modules[i].info;
		const char *depends = modinfo_next(&info, "depends");
		char *names = mem_strdup(depends ? depends : ""), *rest = names, *name;

		while ((name = strsep(&rest, ",")))
			if (*name && !check_find_module(c, name))
				check_add(c, CHECK_ERROR, c->modules[i].entry->path,
					  "needs the module %s, which is not in the "
					  "image: add it",
					  name);
		free(names);
	}
}

/* ---- index files */

struct index_line {
	char *text; /* PATH: PATH... */
};

static int take_line(void *ctx, const char *value)
{
	struct index_line *line = ctx;

	line->text = mem_strdup(value);
	return 1; /* the first one is what kmod takes */
}

const struct image_entry *check_module_file(const struct checkup *c,
					    const struct module_path *folder,
					    const char *name)
{
	char *path = mem_printf("lib/modules/%.*s/%s", (int)folder->version_len,
				folder->version, name);
	char *merged = mem_printf("usr/%s", path);
	const struct image_entry *e = image_find(c->image, path, true);

	if (!e)
		e = image_find(c->image, merged, true);
	free(path);
	free(merged);
	return e;
}

static void check_line(struct checkup *c, const struct check_module *m,
		       const struct module_path *where, char *text)
{
	char *colon = strchr(text, ':'), *rest = colon ? colon + 1 : NULL, *path;

	if (colon)
		*colon = '\0';
	if (!str_equal(text, where->below))
		check_add(c, CHECK_ERROR, m->entry->path,
			  "modules.dep has it as %s: run depmod for the image", text);
	while ((path = strsep(&rest, " ")))
		if (*path && !check_module_file(c, where, path))
			check_add(c, CHECK_ERROR, m->entry->path,
				  "modules.dep says that it needs %s, which is not in "
				  "the image: add it",
				  path);
}

static void check_indexed(struct checkup *c, const struct modindex *index,
			  const struct check_module *m, const struct module_path *where)
{
	struct index_line line = { 0 };

	(void)modindex_lookup(index, m->name, take_line, &line); /* damaged: no line */
	if (line.text)
		check_line(c, m, where, line.text);
	else
		check_add(c, CHECK_ERROR, m->entry->path,
			  "modules.dep.bin does not know it: run depmod for the image");
	free(line.text);
}

/* With no index at all /init has its own way to load them, as tiny-initramfs and booster. */
void check_indexes(struct checkup *c)
{
	for (size_t i = 0; i < c->module_count; i++) {
		const struct check_module *m = &c->modules[i];
		const struct image_entry *file;
		struct module_path where;
		struct modindex index;

		(void)module_path_parse(m->entry->path,
					&where); /* or it were no module */
		file = check_module_file(c, &where, "modules.dep.bin");
		if (!file)
			continue;
		if (modindex_open(&index, file->as.data, file->as.len) == 0) {
			check_indexed(c, &index, m, &where);
			continue;
		}
		check_add(c, CHECK_ERROR, file->path,
			  "is not an index of modules: run depmod for the image");
		return;
	}
}

/* ---- firmware */

static bool is_there(const struct checkup *c, const char *path)
{
	if (!strpbrk(path, "*?["))
		return image_find(c->image, path, true);
	for (size_t i = 0; i < c->image->tree_count; i++) {
		const char *there = c->image->tree[i]->path, *merged;

		merged = str_after(there, "usr/");
		if (fnmatch(path, merged ? merged : there, 0) == 0)
			return true;
	}
	return false;
}

/* In the folders of fw_path[], drivers/base/firmware_loader/main.c. */
static bool has_firmware(const struct checkup *c, const struct module_path *where,
			 const char *name)
{
	static const struct {
		const char *folder;
		bool versioned;
	} places[] = { { "updates/", true }, { "updates/" }, { "", true }, { "" } };
	static const char *const endings[] = { "", ".xz", ".zst" };
	bool found = false;

	for (size_t i = 0; !found && i < 4 * 3; i++) {
		bool versioned = places[i / 3].versioned;
		char *path = mem_printf("lib/firmware/%s%.*s%s%s%s", places[i / 3].folder,
					versioned ? (int)where->version_len : 0,
					where->version, versioned ? "/" : "", name,
					endings[i % 3]);

		found = is_there(c, path);
		free(path);
	}
	return found;
}

void check_firmware(struct checkup *c)
{
	for (size_t i = 0; i < c->module_count; i++) {
		struct modinfo info = c->modules[i].info;
		const char *name, *first = NULL;
		struct module_path where;
		size_t missing = 0;

		(void)module_path_parse(c->modules[i].entry->path, &where); /* as above */
		while ((name = modinfo_next(&info, "firmware")))
			if (!has_firmware(c, &where, name)) {
				first = first ? first : name;
				missing++;
			}
		if (missing == 1)
			check_add(c, CHECK_WARNING, c->modules[i].entry->path,
				  "may ask for the firmware %s, which is not in the "
				  "image: add it if a device here needs it",
				  first);
		else if (missing)
			check_add(c, CHECK_WARNING, c->modules[i].entry->path,
				  "may ask for %zu firmware files that are not in the "
				  "image, %s first: add those a device here needs",
				  missing, first);
	}
}
