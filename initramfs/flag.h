/* What can be set, as rows: a flag of a verb and, where the verb is configured by files, a key of
 * rootling.conf(5) of the same name. Parsers, help, manual page, completion and --print-config
 * come from the rows. */
#ifndef INITRAMFS_FLAG_H
#define INITRAMFS_FLAG_H

#include <stdbool.h>
#include <stddef.h>

enum flag_kind {
	FLAG_SWITCH, /* bool; a key is turned off by --no-NAME */
	FLAG_STRING, /* char *, the last one given */
	FLAG_CHOICE, /* the same, one of the words of @argument: "a|b|c" */
	FLAG_LIST,   /* struct strings, all that were given */
	FLAG_WORDS,  /* the same, and blanks separate values */
	FLAG_GROUP,  /* not a flag: in the help, @name stands above what follows */
};

struct flag {
	char letter;	  /* 0: none */
	const char *name; /* without the dashes */
	enum flag_kind kind;
	const char *argument; /* its name in the help */
	const char *help;
	size_t field;	 /* offset in the verb's options */
	bool no_key;	 /* about one call: makes no sense in a file */
	unsigned either; /* not 0: those of the same number exclude each other */
	const char
		*otherwise; /* the default, if it is the same everywhere; "yes": is on */
};

/* Among the rows of @flags, up to the first without a name; NULL: none. */
const struct flag *flag_by_name(const struct flag *flags, const char *name, size_t len);
const struct flag *flag_by_letter(const struct flag *flags, char letter);

/* The one @name may have been meant for; NULL: none is near. */
const struct flag *flag_like(const struct flag *flags, const char *name);

/* A switch for --no-NAME to turn off. */
bool flag_is_on(const struct flag *flag);

/* Whether it has a value of its own behind it. */
bool flag_takes_value(const struct flag *flag);

/* The next word of "a|b|c" and its length; @at begins with the whole and ends with NULL. */
const char *flag_choice(const char **at, size_t *len);

#endif
