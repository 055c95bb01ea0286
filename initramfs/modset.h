/* Which kernel modules go into an image: names and aliases resolved by libkmod, with
 * everything they depend on, and kmod's index files for exactly these. */
#ifndef INITRAMFS_MODSET_H
#define INITRAMFS_MODSET_H

#include "initramfs/mem.h"
#include "initramfs/tree.h"
#include "modules/modindex.h"

#include <libkmod.h>

struct module {
	char *name;  /* as the kernel says it, with '_' */
	char *line;  /* of modules.dep: its path, ':', the paths it depends on */
	size_t rank; /* by modules.order: which of several fitting a device comes first */
	struct strings aliases;
};

struct modset {
	struct kmod_ctx *kmod;
	char *folder;  /* absolute: .../lib/modules/VERSION */
	char *version; /* the last part of it */

	/* Files of the folder; the two texts end with a NUL. */
	struct bytes dep, order, softdep;
	struct modindex dep_index;

	struct module *modules;
	size_t count;
	struct strings load;	/* for modules-load.d, in the order they were asked for */
	struct strings builtin; /* asked for, and built into the kernel */
	struct bytes softdeps;	/* modules.softdep for the image, names resolved */
};

/* Opens the modules in @folder. 0 or -errno, logged. */
int modset_open(struct modset *set, const char *folder);
void modset_free(struct modset *set);

/* Adds what @name, a module's name or an alias of it, stands for, with hard and soft
 * dependencies; with @load also to the list of what /init loads at once. 0; -ENOENT:
 * there is no such module; -errno. Logged. */
int modset_add(struct modset *set, const char *name, bool load);

/* Puts the modules and their index files into @tree: modules.dep.bin, modules.alias.bin,
 * modules.softdep if there are any, and modules.builtin.bin with just the built-in names
 * that were asked for, so that asking for them again counts as done. 0 or -errno,
 * logged. */
int modset_pack(struct modset *set, struct tree *tree);

#endif
