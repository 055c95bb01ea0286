/* What the tool can do, as rows: a verb is one file that defines a struct verb, and one
 * line in main.c. Help, parser and messages come from the tables. */
#ifndef INITRAMFS_VERB_H
#define INITRAMFS_VERB_H

#include "initramfs/flag.h"

struct verb {
	const char *name;
	const char *help;     /* one line */
	const char *operands; /* as the usage shows them, "" for none */
	unsigned operands_min, operands_max;
	const struct flag *flags; /* up to the first without a name */
	size_t options_size;
	int wrong_usage; /* the exit status then; 0: 1 */

	/* Its flags are keys of rootling.conf(5). It has the flags config and print-config then,
	 * which are about the files and not for run(). */
	bool configured;
	/* What the key is with @options when nothing sets it, for the caller to free; NULL: what
	 * the row says. May be NULL. */
	char *(*otherwise)(const void *options, const char *key);

	/* @options is filled in, NULLs and zeroes where nothing was given; @operands ends
	 * with NULL. Returns the exit status. */
	int (*run)(void *options, char **operands);
};

extern const struct verb verb_build, verb_cat, verb_check, verb_completion, verb_diff,
	verb_host, verb_ls, verb_options, verb_probe, verb_serve, verb_size, verb_unpack,
	verb_update;

/* All of them, up to NULL. */
extern const struct verb *const verbs[];

/* Parses @argv, of which the first is the verb's name, and runs the verb. Options may
 * stand behind operands; `--` ends them. Returns the exit status. */
int verb_main(const struct verb *verb, int argc, char **argv);

void verb_print_help(const struct verb *verb);

/* Tables of flags that it has besides its own; NULL: no more. */
const struct flag *verb_common_flags(const struct verb *verb, unsigned i);

#endif
