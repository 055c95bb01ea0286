#include "initramfs/elf_load.h"

#include "initramfs/ld_folders.h"
#include "initramfs/pull.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- objects */

struct elf_object *elf_load_object(struct elf_closure *c, size_t i)
{
	const struct tree_entry *e = &c->tree->entries[i];
	struct elf_object *o;
	int err;

	for (; c->object_count <= i; c->object_count++) {
		c->objects = mem_grow(c->objects, c->object_count, sizeof(o));
		c->objects[c->object_count] = NULL;
	}
	if (c->objects[i] || !S_ISREG(e->mode))
		return c->objects[i];
	o = mem_alloc(sizeof(*o));
	err = elf_deps_read(e->contents.data, e->contents.len, &o->deps);
	if (!err)
		return c->objects[i] = o;
	elf_deps_free(&o->deps);
	free(o);
	if (err == -EUCLEAN)
		log_debug("/%s: not a program: a damaged ELF file", e->path);
	return NULL;
}

/* The library that @path stands for in the image. */
static struct elf_object *object_in_tree(struct elf_closure *c, const char *path)
{
	char *real = tree_resolve(c->tree, path);
	size_t i = real ? tree_find(c->tree, real) : TREE_NONE;

	free(real);
	return i == TREE_NONE ? NULL : elf_load_object(c, i);
}

static bool fits(const struct elf_load *l, const struct elf_object *o)
{
	return o && elf_same_kind(&o->deps.kind, &l->system->kind);
}

/* ---- the search */

static char *below(const char *folder, const char *name)
{
	return mem_printf("%s/%s", folder[1] ? folder : "", name);
}

void elf_load_add(struct elf_load *l, const char *name, struct elf_object *o,
		  size_t loader, const struct elf_folder *origin)
{
	l->items = mem_grow(l->items, l->count, sizeof(*l->items));
	l->items[l->count++] = (struct elf_loaded){
		.name = mem_strdup(name),
		.object = o,
		.loader = loader,
		.origin = { mem_strdup(origin->path), mem_strdup(origin->seen) },
	};
	o->loaded = true;
}

/* What stands before a `..` must be there in the image too for the kernel to go back. */
static void keep_way(struct tree *tree, const char *path)
{
	for (const char *p = path; (p = strstr(p, "/../")); p += strlen("/..")) {
		char *folder = mem_printf("%.*s", (int)(p - path), path);
		char *real = tree_resolve(tree, folder);

		if (real && tree_find(tree, real) == TREE_NONE)
			tree_add_folder(tree, real, 0755);
		free(folder);
		free(real);
	}
}

/* ld.so looks for @wanted in the image, and @found is there from the system. */
static void link_to(struct tree *tree, const char *wanted, const char *found)
{
	char *path = tree_resolve(tree, wanted), *real = tree_resolve(tree, found);
	struct bytes target = { 0 };

	if (path && real && tree_find(tree, path) == TREE_NONE) {
		bytes_put(&target, real, strlen(real));
		tree_add(tree, path, S_IFLNK | 0777, &target);
	}
	free(path);
	free(real);
}

/* The library from the system, if there is one for this machine; or NULL. */
static struct elf_object *fetch(struct elf_load *l, const char *wanted, const char *found)
{
	struct elf_closure *c = l->closure;
	struct elf_object *o = NULL;

	if (elf_system_has(c->root, found, &l->system->kind) &&
	    pull(c->tree, c->root, found) == 0)
		o = object_in_tree(c, found);
	if (!fits(l, o))
		return NULL;
	keep_way(c->tree, wanted);
	if (!str_equal(wanted, found))
		link_to(c->tree, wanted, found);
	return o;
}

/* What the image has comes first: it may be a file that the user put in this place. */
static bool try_folder(struct elf_load *l, const struct elf_folder *folder,
		       const char *name, size_t loader)
{
	char *wanted = below(folder->seen, name), *found = below(folder->path, name);
	struct elf_object *o = object_in_tree(l->closure, wanted);
	struct elf_folder origin = *folder;

	if (!fits(l, o))
		o = fetch(l, wanted, found);
	else if (object_in_tree(l->closure, found) != o)
		origin.path = folder->seen;
	free(wanted);
	free(found);
	if (o)
		elf_load_add(l, name, o, loader, &origin);
	else
		strings_add_once(&l->looked, folder->path);
	return o;
}

/* One folder of an RPATH or RUNPATH of the item @owner, with every meaning of $LIB. */
static bool try_word(struct elf_load *l, size_t owner, const char *word, size_t len,
		     const char *name, size_t loader)
{
	struct strings libs = { 0 };
	bool done = false;

	ld_folders_lib(&l->system->kind, &libs);
	for (size_t i = 0; i < libs.count && !done; i++) {
		const struct elf_folder *origin = &l->items[owner].origin;
		struct elf_folder folder = {
			ld_folders_expand(word, len, origin->path, libs.items[i]),
			ld_folders_expand(word, len, origin->seen, libs.items[i]),
		};

		done = folder.path && folder.seen && try_folder(l, &folder, name, loader);
		free(folder.path);
		free(folder.seen);
		if (!memmem(word, len, "LIB", strlen("LIB")))
			break;
	}
	strings_free(&libs);
	return done;
}

static bool try_list(struct elf_load *l, size_t owner, const char *list, const char *name,
		     size_t loader)
{
	bool done = false;

	while (list && !done) {
		size_t len = strcspn(list, ":");

		done = try_word(l, owner, list, len, name, loader);
		list = list[len] ? list + len + 1 : NULL;
	}
	return done;
}

/* RPATH is inherited from who loads unless RUNPATH is there; for musl they are the same. */
static bool try_own_lists(struct elf_load *l, const char *name, size_t loader)
{
	bool musl = l->system->musl, done = false;
	bool inherits = musl || !l->items[loader].object->deps.runpath;

	for (size_t i = loader; i != ELF_NOBODY && !done; i = l->items[i].loader) {
		const struct elf_deps *deps = &l->items[i].object->deps;

		done = try_list(l, i, deps->rpath, name, loader);
		if (!done && (i == loader || musl))
			done = try_list(l, i, deps->runpath, name, loader);
		if (!inherits)
			break;
	}
	return done;
}

static bool try_path(struct elf_load *l, const char *path, size_t loader)
{
	const char *name = strrchr(path, '/') + 1;

	return try_word(l, loader, path, (size_t)(name - path), name, loader);
}

static bool is_loaded(const struct elf_load *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++) {
		const char *soname = l->items[i].object->deps.soname;

		if (str_equal(l->items[i].name, name) ||
		    (soname && str_equal(soname, name)))
			return true;
	}
	return false;
}

/* musl's loader is these libraries too. */
static bool is_own_name(const struct elf_load *l, const char *name)
{
	static const char *const own[] = { "libc.",  "libpthread.", "librt.",  "libm.",
					   "libdl.", "libutil.",    "libxnet." };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && l->system->musl; i++)
		if (str_after(name, own[i]))
			return true;
	return false;
}

bool elf_load_library(struct elf_load *l, const char *name, size_t loader)
{
	const struct elf_deps *deps = &l->items[loader].object->deps;

	strings_free(&l->looked);
	if (is_loaded(l, name) || is_own_name(l, name))
		return true;
	if (strchr(name, '/'))
		return try_path(l, name, loader);
	if (try_own_lists(l, name, loader))
		return true;
	for (size_t i = 0; i < l->system->count && !deps->no_default_folders; i++)
		if (try_folder(l, &l->system->folders[i], name, loader))
			return true;
	return false;
}

void elf_load_free(struct elf_load *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].name);
		free(l->items[i].origin.path);
		free(l->items[i].origin.seen);
	}
	free(l->items);
	strings_free(&l->looked);
}
