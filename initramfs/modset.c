#include "initramfs/modset.h"

#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modconf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIAS_SIZE 512 /* as long as a modalias may be */

static const char *const index_names[MODSET_INDEXES] = {
	[MODSET_DEP] = "modules.dep.bin",
	[MODSET_ALIAS] = "modules.alias.bin",
	[MODSET_BUILTIN] = "modules.builtin.bin",
	[MODSET_BUILTIN_ALIAS] = "modules.builtin.alias.bin",
};

char *modset_path(const struct modset *set, const char *name, size_t len)
{
	/* depmod calls what is not below the folder by its whole path */
	bool whole = *name == '/';
	char *path = mem_printf("%s%s%.*s", whole ? "" : set->inside, whole ? "" : "/",
				(int)len, name),
	     *real = path;

	if (set->sysroot) {
		real = sysroot_path(set->sysroot, path);
		free(path);
	}
	return real;
}

/* All but the first are optional: an index of zeroes has no keys. depmod leaves an empty file when
 * it knew of nothing that is built in. */
static int open_index(struct modset *set, enum modset_index i)
{
	const char *name = index_names[i];
	char *path = modset_path(set, name, strlen(name));
	struct mapped *file = &set->files[i];
	int err = path ? mapped_open(file, path) : -errno;

	if (!err && (file->len || i == MODSET_DEP))
		err = modindex_open(&set->indexes[i], file->data, file->len);
	if (err == -ENOENT && i != MODSET_DEP)
		err = 0;
	else if (err == -ENOENT)
		log_err("%s/%s: not there: kernel modules, after depmod?", set->folder,
			name);
	else if (err == -EINVAL)
		log_err("%s/%s: not an index of kmod", set->folder, name);
	else if (err)
		log_err("%s/%s: %s", set->folder, name, strerror(-err));
	free(path);
	return err;
}

static void find_inside(struct modset *set, const char *sysroot)
{
	char *root = sysroot ? realpath(sysroot, NULL) : NULL;
	const char *inside = root ? str_after(set->folder, root) : NULL;

	set->inside = set->folder;
	if (inside && *inside == '/') {
		set->sysroot = sysroot;
		set->inside = inside;
	}
	free(root);
}

int modset_open(struct modset *set, const char *folder, const char *sysroot)
{
	int err = 0;

	*set = (struct modset){ .folder = realpath(folder, NULL) };
	if (!set->folder) {
		err = -errno;
		log_err("%s: %s", folder, strerror(errno));
		return err;
	}
	set->version = strrchr(set->folder, '/') + 1;
	find_inside(set, sysroot);
	for (int i = 0; i < MODSET_INDEXES && !err; i++)
		err = open_index(set, i);
	return err ? err : modset_open_softdeps(set);
}

static void free_module(struct module *m)
{
	free(m->name);
	bytes_free(&m->contents);
	mapped_close(&m->source);
	strings_free(&m->aliases);
	strings_free(&m->firmware);
	free(m);
}

void modset_free(struct modset *set)
{
	names_free(&set->by_name);
	for (size_t i = 0; i < set->count; i++)
		free_module(set->modules[i]);
	free(set->modules);
	for (size_t i = 0; i < set->softdep_count; i++) {
		free(set->softdeps[i].owner);
		free(set->softdeps[i].words);
		free(set->softdeps[i].resolved);
	}
	free(set->softdeps);
	for (size_t i = 0; i < MODSET_INDEXES; i++)
		mapped_close(&set->files[i]);
	free(set->folder);
	strings_free(&set->load);
	strings_free(&set->builtin);
	strings_free(&set->aliases_asked);
	strings_free(&set->aliases_builtin);
	*set = (struct modset){ 0 };
}

/* ---- modules and what they depend on */

struct module *modset_find(const struct modset *set, const char *name)
{
	size_t i = names_find(&set->by_name, name);

	return i == NAMES_NONE ? NULL : set->modules[i];
}

static int first_value(void *ctx, const char *value)
{
	*(const char **)ctx = value;
	return 1;
}

const char *modset_short_path(const char *path, size_t *len)
{
	const char *slash = memrchr(path, '/', *len), *start = slash ? slash + 1 : path,
		   *end = memmem(start, *len - (size_t)(start - path), ".ko", 3);

	*len = (size_t)(end ? end + 3 - start : path + *len - start);
	return start;
}

/* `kernel/fs/ext4/ext4.ko.xz` to `ext4`, with '_' for '-'. The caller frees. */
static char *name_of(const char *path, size_t len)
{
	const char *file = modset_short_path(path, &len);
	char *name = mem_printf("%.*s", (int)len, file), *end = strstr(name, ".ko");

	if (end)
		*end = '\0';
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static int add_without_dependencies(struct modset *set, const char *name)
{
	const char *line = NULL;
	struct module *m;

	if (modset_find(set, name))
		return 0;
	/* a damaged index counts as one without the line */
	(void)modindex_lookup(&set->indexes[MODSET_DEP], name, first_value, &line);
	if (!line) {
		log_err("module %s: not in %s/%s", name, set->folder,
			index_names[MODSET_DEP]);
		return -ENOENT;
	}
	m = mem_alloc(sizeof(*m));
	*m = (struct module){ .name = mem_strdup(name),
			      .line = line,
			      .rank = modindex_priority(line) };
	set->modules = mem_grow(set->modules, set->count, sizeof(*set->modules));
	names_set(&set->by_name, name, set->count);
	set->modules[set->count++] = m;
	return 0;
}

static int add_dependencies(struct modset *set, const char *line)
{
	const char *word = line + strcspn(line, ":");
	int err = 0;

	word += strspn(word, ": ");
	while (!err && *word) {
		size_t len = strcspn(word, " ");
		char *name = name_of(word, len);

		err = add_without_dependencies(set, name);
		free(name);
		word += len + strspn(word + len, " ");
	}
	return err;
}

int modset_add_module(struct modset *set, const char *name)
{
	int err = add_without_dependencies(set, name);

	while (!err && set->followed < set->count)
		err = add_dependencies(set, set->modules[set->followed++]->line);
	return err;
}

/* ---- names and aliases */

struct search {
	struct modset *set;
	modset_found found;
	void *ctx;
	const char *own_name; /* what is visited is said by the key, not by the value */
	bool builtin;
	int count;
};

static int visit(void *ctx, const char *value)
{
	struct search *s = ctx;

	s->count++;
	return s->found(s->set, s->own_name ? s->own_name : value, s->builtin, s->ctx);
}

/* In the order of modprobe: the first that knows the name decides. */
static const struct {
	enum modset_index index;
	bool aliases, builtin;
} places[] = {
	{ MODSET_DEP, false, false },
	{ MODSET_ALIAS, true, false },
	{ MODSET_BUILTIN, false, true },
	{ MODSET_BUILTIN_ALIAS, true, true },
};

int modset_resolve(struct modset *set, const char *given, modset_found found, void *ctx)
{
	struct search s = { .set = set, .found = found, .ctx = ctx };
	char name[ALIAS_SIZE];
	int err = 0;

	if (!*given || !modconf_normal_alias(given, name, sizeof(name))) {
		log_err("module %s: no name of a module and no alias", given);
		return -EINVAL;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !s.count; i++) {
		const struct modindex *index = &set->indexes[places[i].index];

		s.builtin = places[i].builtin;
		s.own_name = places[i].aliases ? NULL : name;
		err = (places[i].aliases ? modindex_match : modindex_lookup)(index, name,
									     visit, &s);
		if (err == -EUCLEAN)
			log_err("%s/%s: damaged: run depmod", set->folder,
				index_names[places[i].index]);
		if (err)
			return err;
	}
	return s.count;
}

struct wanted {
	const char *name;
	bool load;
};

static int add_builtin(struct modset *set, const char *asked, const char *name)
{
	strings_add_once(&set->builtin, name);
	if (!str_name_equal(asked, strlen(asked), name)) {
		strings_add(&set->aliases_asked, asked);
		strings_add(&set->aliases_builtin, name);
	}
	return 0;
}

static int add_wanted(struct modset *set, const char *name, bool builtin, void *ctx)
{
	const struct wanted *wanted = ctx;

	if (builtin)
		return add_builtin(set, wanted->name, name);
	if (wanted->load)
		strings_add_once(&set->load, name);
	return modset_add_module(set, name);
}

int modset_add(struct modset *set, const char *name, bool load)
{
	struct wanted wanted = { name, load };
	int count = modset_resolve(set, name, add_wanted, &wanted);

	if (count == 0) {
		log_err("module %s: nothing in %s has this name or alias", name,
			set->folder);
		return -ENOENT;
	}
	return count < 0 ? count : 0;
}
