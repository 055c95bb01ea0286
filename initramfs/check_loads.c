/* modules-load.d(5): what is loaded first must be there. */
#include "initramfs/check.h"
#include "modules/modindex.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int take_any(void *ctx, const char *value)
{
	(void)value;
	*(bool *)ctx = true;
	return 1; /* one is enough */
}

static bool is_in_index(const struct checkup *c, const struct module_path *folder,
			const char *file, const char *name)
{
	const struct image_entry *e = check_module_file(c, folder, file);
	struct modindex index;
	bool found = false;

	if (e && modindex_open(&index, e->as.data, e->as.len) == 0)
		(void)modindex_match(&index, name, take_any, &found); /* or it is not */
	return found;
}

static void check_name(struct checkup *c, const char *path, const char *given)
{
	char *name = mem_strdup(given);
	struct module_path folder;

	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	/* there are modules, so there is a folder */
	(void)module_path_parse(c->modules[0].entry->path, &folder);
	if (!check_find_module(c, name) &&
	    !is_in_index(c, &folder, "modules.builtin.bin", name) &&
	    !is_in_index(c, &folder, "modules.alias.bin", name))
		check_add(c, CHECK_WARNING, path,
			  "loads %s, which is no module of the image: add it, or take "
			  "it out",
			  given);
	free(name);
}

static void check_file(struct checkup *c, const struct image_entry *e)
{
	char *text = mem_alloc(e->as.len + 1), *rest = text, *line;

	memcpy(text, e->as.data, e->as.len);
	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		line[strcspn(line, " \t\r")] = '\0';
		if (*line && !strchr("#;", *line))
			check_name(c, e->path, line);
	}
	free(text);
}

void check_loads(struct checkup *c)
{
	for (size_t i = 0; c->module_count && i < c->image->tree_count; i++) {
		const struct image_entry *e = c->image->tree[i];

		if (S_ISREG(e->as.mode) &&
		    fnmatch("*modules-load.d/*.conf", e->path, 0) == 0)
			check_file(c, e);
	}
}
