/* What the tool can do, as rows: a verb is one file that defines a struct verb, and one
 * line in main.c. Help, parser and messages come from the tables. */
#ifndef INITRAMFS_VERB_H
#define INITRAMFS_VERB_H

#include <stdbool.h>
#include <stddef.h>

enum flag_kind {
	FLAG_SWITCH, /* bool */
	FLAG_STRING, /* char *, the last one given */
	FLAG_LIST,   /* struct strings, all that were given */
};

struct flag {
	char letter;	  /* 0: none */
	const char *name; /* without the dashes */
	enum flag_kind kind;
	const char *argument; /* its name in the help */
	const char *help;
	size_t field; /* offset in the verb's options */
};

struct verb {
	const char *name;
	const char *help;     /* one line */
	const char *operands; /* as the usage shows them, "" for none */
	unsigned operands_min, operands_max;
	const struct flag *flags; /* up to the first without a name */
	size_t options_size;

	/* @options is filled in, NULLs and zeroes where nothing was given; @operands ends
	 * with NULL. Returns the exit status. */
	int (*run)(void *options, char **operands);
};

extern const struct verb verb_build, verb_ls, verb_options, verb_probe;

/* Parses @argv, of which the first is the verb's name, and runs the verb. Options may
 * stand behind operands; `--` ends them. Returns the exit status. */
int verb_main(const struct verb *verb, int argc, char **argv);

#endif
