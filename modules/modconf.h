/* Lines of modprobe.d(5), which is also the format of modules.softdep. Pure: cuts up the text
 * it is given and owns nothing. */
#ifndef MODULES_MODCONF_H
#define MODULES_MODCONF_H

#include <stdbool.h>

enum modconf_kind {
	MODCONF_OPTIONS,   /* @value: parameters as the kernel takes them */
	MODCONF_BLACKLIST, /* @name is not loaded by an alias */
	MODCONF_ALIAS,	   /* names that match the fnmatch(3) pattern @name mean @value */
	MODCONF_SOFTDEP,   /* @value: `pre: A B post: C` */
	MODCONF_REFUSE,	   /* install NAME /bin/false: it cannot be loaded */
	MODCONF_PRETEND,   /* install NAME /bin/true: it counts as loaded */
	MODCONF_COMMAND,   /* install NAME with another command in @value: not run */
	MODCONF_BAD,	   /* @value: why the line says nothing */
};

/* Names of modules and aliases have `_` for `-`, but not inside of [...]. */
struct modconf_entry {
	enum modconf_kind kind;
	unsigned line;	  /* its first one, counted from 1 */
	const char *file; /* for messages; the reader's */
	const char *name;
	const char *value; /* "" when there is none */
};

struct modconf_reader {
	char *rest;
	const char *file;
	unsigned line; /* lines read so far */
};

/* The next entry; empty lines, comments and what is for others (remove, weakdep) are passed
 * over. False: nothing left. */
bool modconf_next(struct modconf_reader *reader, struct modconf_entry *entry);

/* The next word of @value, `softdep` way, up to @size - 1 bytes of it; NULL behind the last.
 * Returns where to go on. */
const char *modconf_word(const char *value, char *word, unsigned size);

/* An alias as the index files and entries spell it. False: longer than @size allows, or a
 * bracket has no partner. */
bool modconf_normal_alias(const char *alias, char *out, unsigned size);

#endif
