#include "initramfs/conf.h"
#include "initramfs/ini.h"

#include <stdio.h>
#include <stdlib.h>

#define WHERE_COLUMN 40

static void print_entry(const char *mark, const char *key, const char *value,
			const char *where)
{
	struct bytes line = { 0 };
	size_t width;

	bytes_printf(&line, "%s", mark);
	ini_put(&line, key, value);
	width = line.len;
	bytes_put(&line, "", 1);
	printf("%-*s # %s\n", width < WHERE_COLUMN ? WHERE_COLUMN : (int)width, line.data,
	       where);
	bytes_free(&line);
}

static void print_default(const struct verb *verb, const struct flag *f,
			  const void *options)
{
	char *value = verb->otherwise ? verb->otherwise(options, f->name) : NULL;

	if (value)
		print_entry("#", f->name, value, "default");
	else if (f->otherwise)
		print_entry("#", f->name, f->otherwise, "default");
	else
		print_entry("#", f->name, f->kind == FLAG_SWITCH ? "no" : "", "default");
	free(value);
}

static void print_key(const struct verb *verb, const struct flag *f,
		      const struct settings *settings, const void *options)
{
	bool is_set = false;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *set = &settings->items[i];

		if (set->flag != f)
			continue;
		print_entry("", f->name, set->value, set->where);
		is_set = true;
	}
	if (!is_set)
		print_default(verb, f, options);
}

/* A group that has a key. */
static bool has_keys(const struct flag *group)
{
	for (const struct flag *f = group + 1; f->name && f->kind != FLAG_GROUP; f++)
		if (!f->no_key)
			return true;
	return false;
}

void conf_print(const struct verb *verb, const struct settings *settings,
		const void *options)
{
	puts("# Lines that begin with # are defaults.");
	printf("[%s]\n", verb->name);
	for (const struct flag *f = verb->flags; f->name; f++) {
		if (f->kind == FLAG_GROUP && has_keys(f))
			printf("\n# %s\n", f->name);
		else if (f->kind != FLAG_GROUP && !f->no_key)
			print_key(verb, f, settings, options);
	}
}

static const char *argument(const struct flag *f)
{
	return f->kind == FLAG_SWITCH ? "yes|no" : f->argument;
}

void conf_print_example(const struct verb *verb)
{
	puts("# /etc/rootling.conf: what `rootling build' does when no flag says otherwise.\n"
	     "# rootling.conf(5) has the syntax; `rootling build --print-config' shows the\n"
	     "# configuration together with /etc/rootling.conf.d/*.conf, and the defaults.");
	printf("[%s]\n", verb->name);
	for (const struct flag *f = verb->flags; f->name; f++) {
		if (f->kind == FLAG_GROUP && has_keys(f))
			printf("\n## %s\n", f->name);
		else if (f->kind != FLAG_GROUP && !f->no_key)
			printf("\n# %s\n#%s = %s\n", f->help, f->name, argument(f));
	}
}

void conf_print_mdoc(const struct verb *verb)
{
	for (const struct flag *f = verb->flags; f->name; f++)
		if (f->kind != FLAG_GROUP && !f->no_key)
			printf(".It Cm %s No = Ar %s\n%s.\n", f->name, argument(f),
			       f->help);
}
