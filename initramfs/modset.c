#include "initramfs/modset.h"

#include "initramfs/file.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Optional files: an empty string when they are not there. */
static int read_text(const struct modset *set, const char *name, struct bytes *out)
{
	char *path = mem_printf("%s/%s", set->folder, name);
	int err = file_read(path, out);

	if (err == -ENOENT)
		err = 0;
	if (err)
		log_err("%s: %s", path, strerror(-err));
	bytes_put(out, "", 1);
	free(path);
	return err;
}

static int open_dep_index(struct modset *set)
{
	char *path = mem_printf("%s/modules.dep.bin", set->folder);
	int err = file_read(path, &set->dep);

	if (!err)
		err = modindex_open(&set->dep_index, set->dep.data, set->dep.len);
	if (err == -ENOENT)
		log_err("%s: not there: kernel modules, after depmod?", path);
	else if (err == -EINVAL)
		log_err("%s: not an index of kmod", path);
	else if (err)
		log_err("%s: %s", path, strerror(-err));
	free(path);
	return err;
}

int modset_open(struct modset *set, const char *folder)
{
	static const char *const no_config[] = { NULL };
	int err;

	*set = (struct modset){ .folder = realpath(folder, NULL) };
	if (!set->folder) {
		err = -errno;
		log_err("%s: %s", folder, strerror(errno));
		return err;
	}
	set->version = strrchr(set->folder, '/') + 1;
	err = open_dep_index(set);
	if (!err)
		err = read_text(set, "modules.order", &set->order);
	if (!err)
		err = read_text(set, "modules.softdep", &set->softdep);
	if (err)
		return err;
	/* without this list the modprobe.d of the building machine would take part */
	set->kmod = kmod_new(set->folder, no_config);
	if (!set->kmod)
		return -ENOMEM;
	kmod_set_log_priority(set->kmod, 0); /* all that matters comes back as an error */
	return 0;
}

void modset_free(struct modset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->modules[i].name);
		free(set->modules[i].line);
		strings_free(&set->modules[i].aliases);
	}
	free(set->modules);
	free(set->folder);
	kmod_unref(set->kmod);
	bytes_free(&set->dep);
	bytes_free(&set->order);
	bytes_free(&set->softdep);
	bytes_free(&set->softdeps);
	strings_free(&set->load);
	strings_free(&set->builtin);
	*set = (struct modset){ 0 };
}

static const struct module *find(const struct modset *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (str_equal(set->modules[i].name, name))
			return &set->modules[i];
	return NULL;
}

/* modules.order names the files as the kernel's build left them, not yet compressed. */
static size_t rank_of(const struct modset *set, const char *line)
{
	const char *end = strstr(line, ".ko");
	size_t len = end ? (size_t)(end - line) + strlen(".ko") : 0;
	const char *text = (const char *)set->order.data;

	for (const char *at = text; len && *at;) {
		size_t line_len = strcspn(at, "\n");

		if (line_len == len && memcmp(at, line, len) == 0)
			return (size_t)(at - text);
		at += line_len + (at[line_len] == '\n');
	}
	return set->order.len;
}

static int first_value(void *ctx, const char *value)
{
	*(const char **)ctx = value;
	return 1;
}

static int read_aliases(struct kmod_module *mod, struct strings *aliases)
{
	struct kmod_list *info = NULL, *item;
	int err = kmod_module_get_info(mod, &info);

	for (item = info; item; item = kmod_list_next(info, item))
		if (str_equal(kmod_module_info_get_key(item), "alias"))
			strings_add(aliases, kmod_module_info_get_value(item));
	kmod_module_info_free_list(info);
	return err < 0 ? err : 0;
}

static int add_module(struct modset *set, struct kmod_module *mod);
static int add_soft_dependencies(struct modset *set, const char *name);

/* By the line of modules.dep, as libkmod leaves out what is not there. */
static int add_dependencies(struct modset *set, const char *line)
{
	char *copy = mem_strdup(line + strcspn(line, ":")), *rest = copy, *word;
	int err = 0;

	while (!err && (word = strsep(&rest, ": "))) {
		char *path = *word ? mem_printf("%s/%s", set->folder, word) : NULL;
		struct kmod_module *mod = NULL;

		if (path)
			err = kmod_module_new_from_path(set->kmod, path, &mod);
		if (err)
			log_err("%s: %s", path, strerror(-err));
		else if (mod)
			err = add_module(set, mod);
		kmod_module_unref(mod);
		free(path);
	}
	free(copy);
	return err;
}

/* One module and all it depends on. Soft dependencies may form loops: a module is in the
 * set before they are followed. */
static int add_module(struct modset *set, struct kmod_module *mod)
{
	const char *name = kmod_module_get_name(mod), *line = NULL;
	struct module m = { 0 };
	int err;

	if (find(set, name))
		return 0;
	/* a damaged index counts as one without the line */
	(void)modindex_lookup(&set->dep_index, name, first_value, &line);
	if (!line) {
		log_err("module %s: not in %s/modules.dep.bin", name, set->folder);
		return -ENOENT;
	}
	m = (struct module){ .name = mem_strdup(name), .line = mem_strdup(line) };
	m.rank = rank_of(set, line);
	err = read_aliases(mod, &m.aliases);
	set->modules = mem_grow(set->modules, set->count, sizeof(m));
	set->modules[set->count++] = m;
	if (err)
		log_err("%s/%.*s: %s", set->folder, (int)strcspn(line, ":"), line,
			strerror(-err));
	if (!err)
		err = add_dependencies(set, line);
	return err ? err : add_soft_dependencies(set, name);
}

/* What to do with each module that a name stands for. */
typedef int (*resolved)(struct modset *set, struct kmod_module *mod, void *ctx);

/* Returns the number of modules, built-in ones too, or -errno, logged. */
static int resolve(struct modset *set, const char *name, resolved found, void *ctx)
{
	struct kmod_list *list = NULL, *item;
	int count = 0, err = kmod_module_new_from_lookup(set->kmod, name, &list);

	if (err < 0)
		log_err("module %s: %s", name, strerror(-err));
	for (item = list; item; item = kmod_list_next(list, item)) {
		struct kmod_module *mod = kmod_module_get_module(item);

		count++;
		if (err >= 0)
			err = found(set, mod, ctx);
		kmod_module_unref(mod);
	}
	kmod_module_unref_list(list);
	return err < 0 ? err : count;
}

static int add_soft(struct modset *set, struct kmod_module *mod, void *ctx)
{
	struct strings *names = ctx;

	if (kmod_module_get_initstate(mod) == KMOD_MODULE_BUILTIN)
		return 0;
	strings_add_once(names, kmod_module_get_name(mod));
	return add_module(set, mod);
}

/* One line `softdep NAME pre: A B post: C`. What is not there is left out, as modprobe
 * does; libkmod would tell the first line of a module only, and it leaves aliases to be
 * resolved. */
static int add_soft_line(struct modset *set, const char *name, char *words)
{
	struct bytes text = { 0 };
	size_t found = 0;
	char *word;
	int err = 0;

	while (err >= 0 && (word = strsep(&words, " \t"))) {
		struct strings names = { 0 };

		if (str_equal(word, "pre:") || str_equal(word, "post:"))
			bytes_printf(&text, " %s", word);
		/* before the first of the two it says nothing */
		else if (*word && text.len)
			err = resolve(set, word, add_soft, &names);
		for (size_t i = 0; i < names.count; i++)
			bytes_printf(&text, " %s", names.items[i]);
		found += names.count;
		strings_free(&names);
	}
	if (found)
		bytes_printf(&set->softdeps, "softdep %s%.*s\n", name, (int)text.len,
			     (const char *)text.data);
	bytes_free(&text);
	return err < 0 ? err : 0;
}

static int add_soft_dependencies(struct modset *set, const char *name)
{
	char *copy = mem_strdup((const char *)set->softdep.data), *rest = copy, *line;
	int err = 0;

	while (!err && (line = strsep(&rest, "\n"))) {
		const char *verb = strsep(&line, " \t");
		const char *owner = line ? strsep(&line, " \t") : NULL;

		if (line && str_equal(verb, "softdep") &&
		    str_name_equal(owner, strlen(owner), name))
			err = add_soft_line(set, name, line);
	}
	free(copy);
	return err;
}

static int add_wanted(struct modset *set, struct kmod_module *mod, void *ctx)
{
	const bool *load = ctx;
	const char *name = kmod_module_get_name(mod);

	if (kmod_module_get_initstate(mod) == KMOD_MODULE_BUILTIN) {
		strings_add_once(&set->builtin, name);
		return 0;
	}
	if (*load)
		strings_add_once(&set->load, name);
	return add_module(set, mod);
}

int modset_add(struct modset *set, const char *name, bool load)
{
	int count = resolve(set, name, add_wanted, &load);

	if (count == 0) {
		log_err("module %s: nothing in %s has this name or alias", name,
			set->folder);
		return -ENOENT;
	}
	return count < 0 ? count : 0;
}
