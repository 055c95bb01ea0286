/* The folders in which the dynamic loader of one kind of program finds libraries. */
#ifndef INITRAMFS_ELF_SYSTEM_H
#define INITRAMFS_ELF_SYSTEM_H

#include "initramfs/elf_deps.h"

struct elf_folder {
	char *path; /* of the system, without links */
	char *seen; /* where the loader looks in an image that has no ld.so.cache */
};

struct elf_system {
	struct elf_kind kind;
	bool musl;
	char *conf; /* a file the loader needs to find them; NULL: none */
	struct elf_folder *folders;
	size_t count;
};

/* Does musl load it? A program says so by its interpreter, a library by what it needs. */
bool elf_system_is_musl(const struct elf_deps *deps);

/* For programs like @deps in the system @root. The caller frees. */
struct elf_system *elf_system_open(const char *root, const struct elf_deps *deps);
void elf_system_free(struct elf_system *s);

/* Is the absolute @path of the system in @root, links followed, an ELF file of @kind? */
bool elf_system_has(const char *root, const char *path, const struct elf_kind *kind);

#endif
