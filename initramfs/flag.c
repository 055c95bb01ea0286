#include "initramfs/flag.h"

#include "lib/str.h"

#include <string.h>

#define SUGGEST_WITHIN 2 /* edits */

const struct flag *flag_by_name(const struct flag *flags, const char *name, size_t len)
{
	for (const struct flag *f = flags; f->name; f++)
		if (f->kind != FLAG_GROUP && strlen(f->name) == len &&
		    memcmp(f->name, name, len) == 0)
			return f;
	return NULL;
}

const struct flag *flag_by_letter(const struct flag *flags, char letter)
{
	for (const struct flag *f = flags; f->name; f++)
		if (f->letter == letter)
			return f;
	return NULL;
}

const struct flag *flag_like(const struct flag *flags, const char *name)
{
	for (unsigned edits = 0; edits <= SUGGEST_WITHIN; edits++)
		for (const struct flag *f = flags; f->name; f++)
			if (f->kind != FLAG_GROUP &&
			    str_distance(name, f->name, edits) <= edits)
				return f;
	return NULL;
}

bool flag_is_on(const struct flag *flag)
{
	return flag->kind == FLAG_SWITCH && flag->otherwise &&
	       str_equal(flag->otherwise, "yes");
}

bool flag_takes_value(const struct flag *flag)
{
	return flag->kind != FLAG_SWITCH;
}

const char *flag_choice(const char **at, size_t *len)
{
	const char *word = *at;

	if (!word)
		return NULL;
	*len = strcspn(word, "|");
	*at = word[*len] ? word + *len + 1 : NULL;
	return word;
}
