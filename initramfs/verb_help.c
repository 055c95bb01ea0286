#include "initramfs/verb.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 30
#define HELP_WIDTH  80

/* In the column of help, from @column on, cut at blanks. */
static void print_wrapped(const char *text, int column)
{
	size_t len;

	printf("%*s", HELP_COLUMN - column, "");
	for (column = HELP_COLUMN; *text; text += len) {
		len = strcspn(text + 1, " ") + 1;
		if (column + (int)len > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
			text++; /* the blank */
			len--;
		}
		column += printf("%.*s", (int)len, text);
	}
	putchar('\n');
}

static void print_flag(const struct flag *f)
{
	int column =
		f->letter ? printf("  -%c, --%s", f->letter, f->name)
			  : printf("      --%s%s", flag_is_on(f) ? "no-" : "", f->name);

	column += f->argument ? printf(" %s", f->argument) : 0;
	if (column >= HELP_COLUMN) {
		putchar('\n');
		column = 0;
	}
	print_wrapped(f->help, column);
}

static void print_flags(const struct flag *flags)
{
	for (const struct flag *f = flags; f->name; f++)
		if (f->kind == FLAG_GROUP)
			printf("\n%s:\n", f->name);
		else
			print_flag(f);
}

void verb_print_help(const struct verb *verb)
{
	const struct flag *common;

	printf("Usage: rootling %s [OPTION]...%s%s\n%s\n", verb->name,
	       *verb->operands ? " " : "", verb->operands, verb->help);
	if (verb->flags->kind != FLAG_GROUP)
		putchar('\n');
	print_flags(verb->flags);
	for (unsigned i = 0; (common = verb_common_flags(verb, i)); i++)
		print_flags(common);
	if (verb->configured)
		puts("\nFlags above the last group are also keys of /etc/rootling.conf, see\n"
		     "rootling.conf(5); --no-NAME turns off a switch that a file turned on.");
}
