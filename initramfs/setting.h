/* What was set and where, by flags and in configuration files, before it becomes the options of a
 * verb. The list holds only what counts: what is overridden leaves it. */
#ifndef INITRAMFS_SETTING_H
#define INITRAMFS_SETTING_H

#include "initramfs/flag.h"

struct setting {
	const struct flag *flag;
	char *value; /* "yes" or "no" of a switch; "" of the others: unset again */
	char *where; /* "--name", "FILE:LINE" */
	unsigned source;
};

/* All zeroes is an empty one. */
struct settings {
	struct setting *items;
	size_t count;
};

/* Adds what @where says and drops what that overrides: an earlier value; all values of a list when
 * @value is empty; an alternative (flag.either) from a @source of a lower number. NULL, or what is
 * wrong with the value, to be freed by the caller. */
char *settings_add(struct settings *s, const struct flag *flag, const char *value,
		   const char *where, unsigned source);

/* The value of @name; NULL: not set. */
const char *settings_value(const struct settings *s, const char *name);

/* Fills @options, the fields of which @flags are zeroes and NULLs before. */
void settings_apply(const struct settings *s, const struct flag *flags, void *options);
void settings_free(struct settings *s);

#endif
