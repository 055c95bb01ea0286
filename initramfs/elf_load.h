/* One program as ld.so loads it: which file a name of a library stands for, by the rules of
 * ld.so(8) and of musl. */
#ifndef INITRAMFS_ELF_LOAD_H
#define INITRAMFS_ELF_LOAD_H

#include "initramfs/elf_closure.h"

#define ELF_NOBODY SIZE_MAX

/* A file as ld.so has it in memory. */
struct elf_loaded {
	char *name; /* as it was asked for */
	struct elf_object *object;
	size_t loader;		  /* who asked first; ELF_NOBODY: it is the program */
	struct elf_folder origin; /* what $ORIGIN stands for */
};

struct elf_load {
	struct elf_closure *closure;
	const struct elf_system *system;
	struct elf_loaded *items; /* the program is the first */
	size_t count;
	struct strings looked; /* folders where the last library was not */
};

/* The ELF file at entry @i of the tree; NULL: it is none that could run, as firmware in ELF form
 * with parts missing. */
struct elf_object *elf_load_object(struct elf_closure *c, size_t i);

/* Appends to the items. */
void elf_load_add(struct elf_load *l, const char *name, struct elf_object *o,
		  size_t loader, const struct elf_folder *origin);

/* The library @name for the item @loader; it is an item then, and in the tree. False: nowhere. */
bool elf_load_library(struct elf_load *l, const char *name, size_t loader);

void elf_load_free(struct elf_load *l);

#endif
