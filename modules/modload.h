/* What an image says of its modules: kmod's own index files read in place (depmod(8)),
 * modprobe.d(5), and the options of /init. */
#ifndef MODULES_MODLOAD_H
#define MODULES_MODLOAD_H

#include "lib/cmdline.h"
#include "modules/modconf.h"
#include "modules/modgraph.h"
#include "modules/modindex.h"

#include <stdbool.h>
#include <stddef.h>

#define MODULE_NAME_SIZE 64 /* MODULE_NAME_LEN of the kernel is 56 with its NUL */
#define MODLOAD_CONF_MAX 1024

/* What the options of /init say. Borrowed; it outlives the worker. */
struct modules_config {
	const struct cmdline_word *params; /* MODULE.PARAM and its value */
	unsigned param_count;
	const char *const *driver_pre;
	unsigned driver_pre_count;
	const char *const *driver_post;
	unsigned driver_post_count;
	const char *const *blacklist; /* names that an alias must not load */
	unsigned blacklist_count;
};

/* An index that is mapped when it is asked for the first time. */
struct modload_index {
	struct modindex index;
	bool opened;
};

/* Some of it is large and mostly unused: static, never cleared as a whole. */
struct modload {
	const struct modules_config *config;
	char folder[128]; /* /lib/modules/VERSION */
	struct modindex dep;
	struct modload_index alias, builtin, builtin_alias;
	struct modconf_entry conf[MODLOAD_CONF_MAX]; /* modprobe.d, modules.softdep */
	unsigned conf_count;
	bool damaged; /* an index was, and it has been said */
	bool quiet;   /* what is wrong with modprobe.d has been said by another process */

	struct modgraph graph;
	struct modload_node {
		char name[MODULE_NAME_SIZE];
		const char *line; /* of modules.dep: its path, ':', what it needs */
		bool asked;	  /* for itself, and not because another needs it */
	} nodes[MODGRAPH_NODES_MAX];

	/* Also told what is logged as an error; may be NULL. */
	void (*report)(void *ctx, const char *text, int err);
	void *ctx;
};

/* Maps what is needed of the running kernel's modules, for as long as the process lives, and
 * reads modprobe.d. @m is all zeroes but @quiet, @report and @ctx. What is absent or damaged
 * counts as empty; the latter is logged. */
void modload_open(struct modload *m, const struct modules_config *config);

/* An index, mapped now if it was not yet; one that is not there has no keys. */
const struct modindex *modload_index(struct modload *m, struct modload_index *lazy,
				     const char *name);

/* The first value of exactly @name, NULL: none. A damaged index is logged once. */
const char *modload_lookup(struct modload *m, const struct modindex *index,
			   const char *name);

/* The first entry of that kind for the module @name, NULL: none. */
const struct modconf_entry *modload_entry(const struct modload *m, const char *name,
					  enum modconf_kind kind);

/* Logs an error and hands it on to @report. */
void modload_say(const struct modload *m, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
