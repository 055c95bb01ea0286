#include "initramfs/elf_closure.h"

#include "initramfs/elf_load.h"
#include "initramfs/pathwalk.h"
#include "initramfs/pull.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int missing(const struct elf_load *l, const char *name, size_t loader)
{
	bool program = l->items[0].object->deps.interpreter;
	struct bytes where = { 0 };

	for (size_t i = 0; i < l->looked.count; i++)
		bytes_printf(&where, "%s%s", i ? ", " : "", l->looked.items[i]);
	bytes_put(&where, "", 1);
	log_write(program ? LOG_ERR : LOG_WARNING,
		  "%s: %s%sneeds %s: no such library for it in %s%s%s", l->items[0].name,
		  loader ? l->items[loader].name : "", loader ? " " : "", name,
		  l->looked.count ? (const char *)where.data : "any folder",
		  l->closure->root ? " of " : "",
		  l->closure->root ? l->closure->root : "");
	bytes_free(&where);
	return program ? -ENOENT : 0;
}

static int load_want(struct elf_load *l, const struct dlopen_want *want, size_t loader)
{
	if (want->priority == DLOPEN_SUGGESTED)
		return 0;
	for (size_t i = 0; i < want->names.count; i++)
		if (elf_load_library(l, want->names.items[i], loader))
			return 0;
	return want->priority == DLOPEN_REQUIRED && want->names.count
		       ? missing(l, want->names.items[0], loader)
		       : 0;
}

/* What one file needs goes to the end of the list, so that the order is ld.so's. */
static int load_all(struct elf_load *l)
{
	int err = 0;

	for (size_t i = 0; i < l->count && !err; i++) {
		const struct elf_deps *deps = &l->items[i].object->deps;

		for (size_t k = 0; k < deps->needed.count && !err; k++)
			if (!elf_load_library(l, deps->needed.items[k], i))
				err = missing(l, deps->needed.items[k], i);
		for (size_t k = 0; k < deps->wants.count && !err; k++)
			err = load_want(l, &deps->wants.items[k], i);
	}
	return err;
}

static const struct elf_system *system_for(struct elf_closure *c,
					   const struct elf_deps *deps)
{
	struct elf_system *s;

	for (size_t i = 0; i < c->system_count; i++) {
		s = c->systems[i];
		if (elf_same_kind(&s->kind, &deps->kind) &&
		    s->musl == elf_system_is_musl(deps))
			return s;
	}
	s = elf_system_open(c->root, deps);
	c->systems = mem_grow(c->systems, c->system_count, sizeof(s));
	return c->systems[c->system_count++] = s;
}

/* The folders of the entry: where it was in the system, and where it is in the image. What is
 * not from the system is as if from its place. */
static struct elf_folder origin_of(const struct elf_closure *c,
				   const struct tree_entry *e)
{
	char *path = mem_printf("/%s", e->path);
	const char *inside = sysroot_inside(c->root, e->source);
	struct elf_folder folder = { pathwalk_folder(inside ? inside : path),
				     pathwalk_folder(path) };

	free(path);
	return folder;
}

static int add_loader(struct elf_closure *c, const char *program, const char *loader)
{
	int err = pull_missing(c->tree, c->root, loader);

	if (err == -ENOENT)
		log_err("%s: its loader %s is not in %s", program, loader,
			c->root ? c->root : "this system");
	return err;
}

static int add_object(struct elf_closure *c, size_t i, struct elf_object *o)
{
	const struct tree_entry *e = &c->tree->entries[i];
	char *path = mem_printf("/%s", e->path);
	struct elf_folder origin = origin_of(c, e);
	struct elf_load l = { .closure = c, .system = system_for(c, &o->deps) };
	int err = 0;

	elf_load_add(&l, path, o, ELF_NOBODY, &origin);
	if (o->deps.interpreter)
		err = add_loader(c, path, o->deps.interpreter);
	if (!err && l.system->conf)
		err = pull_missing(c->tree, c->root, l.system->conf);
	if (!err)
		err = load_all(&l);
	elf_load_free(&l);
	free(origin.path);
	free(origin.seen);
	free(path);
	return err;
}

int elf_closure_add_program(struct elf_closure *c, size_t i)
{
	struct elf_object *o = elf_load_object(c, i);

	return o && !o->loaded && o->deps.interpreter ? add_object(c, i, o) : 0;
}

int elf_closure_add_library(struct elf_closure *c, size_t i)
{
	struct elf_object *o = elf_load_object(c, i);

	return o && !o->loaded ? add_object(c, i, o) : 0;
}

void elf_closure_free(struct elf_closure *c)
{
	for (size_t i = 0; i < c->object_count; i++) {
		if (c->objects[i])
			elf_deps_free(&c->objects[i]->deps);
		free(c->objects[i]);
	}
	for (size_t i = 0; i < c->system_count; i++)
		elf_system_free(c->systems[i]);
	free(c->objects);
	free(c->systems);
}
