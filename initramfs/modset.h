/* Which kernel modules go into an image: names and aliases resolved by depmod's index files, with
 * everything they depend on; and index files for exactly these. */
#ifndef INITRAMFS_MODSET_H
#define INITRAMFS_MODSET_H

#include "initramfs/mapped.h"
#include "initramfs/mem.h"
#include "initramfs/names.h"
#include "initramfs/tree.h"
#include "modules/modindex.h"

struct module {
	char *name;	  /* as the kernel says it, with '_' */
	const char *line; /* of modules.dep: its path, ':', the paths it depends on */
	uint32_t rank;	  /* by modules.order: which of several for a device is first */

	/* Known when its file was read. */
	struct mapped source;
	struct bytes contents; /* may borrow from @source */
	struct strings aliases, firmware;
	int err;
};

/* A line of modules.softdep, modules.weakdep or modprobe.d. */
struct softdep {
	char *owner, *words;
	bool weak;	/* to be there, but nobody loads it */
	bool done;	/* its owner is in the image, and so is what it names */
	char *resolved; /* @words without aliases and what is not there; NULL: nothing left */
};

enum modset_index {
	MODSET_DEP,
	MODSET_ALIAS,
	MODSET_BUILTIN,
	MODSET_BUILTIN_ALIAS,
	MODSET_INDEXES
};

struct modset {
	char *folder;	     /* absolute: .../lib/modules/VERSION */
	char *version;	     /* the last part of it */
	const char *sysroot; /* NULL: @folder is in none */
	const char *inside;  /* the part of @folder that is a path of the sysroot */
	bool strip;	     /* cut debug data, of modules without a signature */
	bool cut_signatures;

	struct mapped files[MODSET_INDEXES];
	struct modindex indexes[MODSET_INDEXES];

	struct module **modules;
	size_t count, followed; /* the dependencies of that many are in as well */
	struct names by_name;	/* indexes of @modules */
	struct softdep *softdeps;
	size_t softdep_count;
	struct strings load;	/* for modules-load.d, in the order they were asked for */
	struct strings builtin; /* asked for, and built into the kernel */
	/* Side by side: aliases that were asked for, and what is built in for each. */
	struct strings aliases_asked, aliases_builtin;
};

/* Opens the modules in @folder, a path of this machine. When that is in @sysroot, which must stay,
 * links of what is in it lead to files there; NULL: there is none. 0 or -errno, logged. */
int modset_open(struct modset *set, const char *folder, const char *sysroot);
void modset_free(struct modset *set);

/* Adds what @name, a module's name or an alias of it, stands for, with what that depends on; with
 * @load also to the list of what /init loads at once. 0; -ENOENT: there is no such module;
 * -errno. Logged. */
int modset_add(struct modset *set, const char *name, bool load);

/* Calls @found for each module @name stands for, in the image or not. Returns the number of them,
 * or -errno, logged. */
typedef int (*modset_found)(struct modset *set, const char *name, bool builtin,
			    void *ctx);
int modset_resolve(struct modset *set, const char *name, modset_found found, void *ctx);

/* The module @name, which has '_' for '-', if it is in. */
struct module *modset_find(const struct modset *set, const char *name);

/* The softdep and weakdep lines of @text, a file of modprobe.d(5), are to be followed too. */
void modset_add_conf(struct modset *set, const struct bytes *text);

/* Follows soft and weak dependencies until they bring nothing new. 0 or -errno, logged. */
int modset_close(struct modset *set);

/* Reads the files of the modules, which must stay as they are: unpacks them and fills in what is
 * known by it. Sorts by rank. 0 or -errno, logged. */
int modset_read(struct modset *set);

/* Puts the modules that were read and their index files into @tree, which borrows from @set:
 * modules.dep.bin, modules.alias.bin, modules.softdep if there are any, and modules.builtin.bin
 * and modules.builtin.alias.bin with just the built-in names that were asked for, so that asking
 * for them again counts as done. 0 or -errno, logged. */
int modset_pack(struct modset *set, struct tree *tree);

/* Between its files: a path of modules.dep of @len bytes as it is in the image. Each folder there
 * takes the kernel 25 thousand instructions to make, and module names are unique without them;
 * nothing is packed by itself. Sets the new length. */
const char *modset_short_path(const char *path, size_t *len);
/* Where the first @len bytes of @name, a path in the folder, are on this machine;
 * NULL with errno: nowhere. The caller frees. */
char *modset_path(const struct modset *set, const char *name, size_t len);
/* The module @name, which has '_' for '-', with its hard dependencies; and the
 * lines of modules.softdep and modules.weakdep. 0 or -errno, logged. */
int modset_add_module(struct modset *set, const char *name);
int modset_open_softdeps(struct modset *set);

#endif
