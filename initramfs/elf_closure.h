/* Brings the shared libraries that programs in a tree need, found as ld.so would find them in
 * the system they are from, and placed so that ld.so finds them in the image, which has no
 * ld.so.cache. Nothing of it is executed, so the machine may be a foreign one. */
#ifndef INITRAMFS_ELF_CLOSURE_H
#define INITRAMFS_ELF_CLOSURE_H

#include "initramfs/elf_deps.h"
#include "initramfs/elf_system.h"
#include "initramfs/tree.h"

/* One ELF file of the tree. */
struct elf_object {
	struct elf_deps deps;
	bool loaded; /* by a program that was added */
};

struct elf_closure {
	struct tree *tree;
	const char *root;	     /* of the system, as for sysroot_path() */
	struct elf_object **objects; /* by entry of the tree; NULL: no ELF file so far */
	size_t object_count;
	struct elf_system **systems;
	size_t system_count;
};

/* Adds what the program at entry @i of the tree needs. 0, also when it is none; -ENOENT: a
 * library or the loader is nowhere, logged. */
int elf_closure_add_program(struct elf_closure *c, size_t i);

/* The same for a library that no program has loaded so far. It may count on what a program
 * brings that is not known here, so one that is missing is a warning. */
int elf_closure_add_library(struct elf_closure *c, size_t i);

void elf_closure_free(struct elf_closure *c);

#endif
