/* What an ELF file needs to run, as its program headers say (elf(5), ld.so(8)); section headers
 * may be missing and are not looked at. Pure. */
#ifndef INITRAMFS_ELF_DEPS_H
#define INITRAMFS_ELF_DEPS_H

#include "initramfs/dlopen_note.h"
#include "initramfs/mem.h"

/* Who can be loaded together with whom. */
struct elf_kind {
	uint8_t class, order; /* ELFCLASS…, ELFDATA… */
	uint16_t machine;     /* EM_… */
};

struct elf_deps {
	struct elf_kind kind;
	char *interpreter, *soname; /* NULL: none */
	char *rpath, *runpath;	    /* one of them at most: RUNPATH turns RPATH off */
	struct strings needed;	    /* of DT_NEEDED, in its order */
	struct dlopen_wants wants;
	bool no_default_folders; /* DF_1_NODEFLIB */
};

/* False: these first bytes of a file are not those of an ELF file. */
bool elf_kind_read(const uint8_t *head, size_t len, struct elf_kind *out);
bool elf_same_kind(const struct elf_kind *a, const struct elf_kind *b);

/* Reads a program or a shared library; one of an old or foreign form needs nothing. The caller
 * frees @out. 0; -ENOEXEC: not one, but perhaps an object or a kernel module; -EUCLEAN: damaged. */
int elf_deps_read(const uint8_t *data, size_t len, struct elf_deps *out);

void elf_deps_free(struct elf_deps *deps);

#endif
