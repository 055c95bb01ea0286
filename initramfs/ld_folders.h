/* Where the dynamic loaders of glibc and musl look for libraries (ld.so(8), ldconfig(8)). */
#ifndef INITRAMFS_LD_FOLDERS_H
#define INITRAMFS_LD_FOLDERS_H

#include "initramfs/elf_deps.h"
#include "initramfs/mem.h"

/* Appends the folders that glibc's loader for @kind may have built in; which of them depends on
 * the distribution. */
void ld_folders_default(const struct elf_kind *kind, struct strings *out);

/* Appends what $LIB may stand for. */
void ld_folders_lib(const struct elf_kind *kind, struct strings *out);

/* Appends the folders that the file @path of the system in @root, /etc/ld.so.conf, names with
 * all it includes. No file, no folders. */
void ld_folders_conf(const char *root, const char *path, struct strings *out);

/* The same for musl's loader @interpreter: what its /etc/ld-musl-MACHINE.path names, whose path
 * is then returned for the caller to free, or what is built in, and NULL. */
char *ld_folders_musl(const char *root, const char *interpreter, struct strings *out);

/* The @len bytes @word of a RUNPATH as a path. @lib is for $LIB. The caller frees. NULL: relative
 * or with $PLATFORM, which both only the running machine could tell. Pure. */
char *ld_folders_expand(const char *word, size_t len, const char *origin,
			const char *lib);

#endif
