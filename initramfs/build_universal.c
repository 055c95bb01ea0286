/* --universal: the modules of the chosen subsystems. Nothing of it is on the fast path: each
 * machine asks for its own by alias. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/universal.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int open_set(const char *path, struct universal *set)
{
	struct bytes text = { 0 };
	int err;

	if (!path)
		return universal_parse(universal_text, strlen(universal_text),
				       "universal.conf", set);
	err = file_read(path, &text);
	if (err)
		log_err("build: --universal-set %s: %s", path, strerror(-err));
	else
		err = universal_parse((const char *)text.data, text.len, path, set);
	bytes_free(&text);
	return err;
}

/* The line of modules.dep is `PATH: PATHS`; a name is PATH without folders and .ko. */
static int add_line(struct modset *modules, const struct universal *set, const char *line)
{
	size_t len = strcspn(line, ":");
	const char *slash = memrchr(line, '/', len), *file = slash ? slash + 1 : line;
	const char *end = memmem(file, len - (size_t)(file - line), ".ko", 3);
	char *name;
	int err;

	if (!end || !universal_has(set, line, len))
		return 0;
	name = mem_printf("%.*s", (int)(end - file), file);
	err = modset_add(modules, name, false);
	free(name);
	return err;
}

static int add_all(struct modset *modules, const struct universal *set)
{
	char *path = mem_printf("%s/modules.dep", modules->folder), *rest, *line;
	struct bytes text = { 0 };
	int err = file_read(path, &text);

	if (err)
		log_err("%s: %s", path, strerror(-err));
	bytes_put(&text, "", 1);
	rest = (char *)text.data;
	while (!err && (line = strsep(&rest, "\n")))
		err = add_line(modules, set, line);
	bytes_free(&text);
	free(path);
	return err;
}

int build_add_universal(struct build *b)
{
	const struct build_options *o = b->options;
	struct universal set = { 0 };
	int err;

	if (b->mode != MODE_UNIVERSAL)
		return 0;
	err = open_set(o->universal_set, &set);
	if (!err)
		err = universal_choose(&set, &o->subsystems, &o->no_subsystems);
	if (!err)
		err = add_all(&b->modset, &set);
	universal_free(&set);
	return err;
}
