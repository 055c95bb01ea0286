#include "initramfs/verb.h"

#include "initramfs/mem.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN    26
#define SUGGEST_WITHIN 2 /* edits */

static const struct flag help_flag = { 'h', "help", FLAG_SWITCH, NULL, "print this", 0 };

struct parser {
	const struct verb *verb;
	void *options;
	char **operands;
	unsigned operand_count;
	bool help;
};

static void print_flag(const struct flag *f)
{
	int width = f->letter ? printf("  -%c, --%s", f->letter, f->name)
			      : printf("      --%s", f->name);

	width += f->argument ? printf(" %s", f->argument) : 0;
	printf("%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 2, "", f->help);
}

static void print_help(const struct verb *verb)
{
	printf("Usage: rootling %s [OPTION]...%s%s\n%s\n\n", verb->name,
	       *verb->operands ? " " : "", verb->operands, verb->help);
	for (const struct flag *f = verb->flags; f->name; f++)
		print_flag(f);
	print_flag(&help_flag);
}

static const struct flag *flag_by_letter(const struct verb *verb, char letter)
{
	for (const struct flag *f = verb->flags; f->name; f++)
		if (f->letter == letter)
			return f;
	return letter == help_flag.letter ? &help_flag : NULL;
}

static const struct flag *flag_by_name(const struct verb *verb, const char *name,
				       size_t len)
{
	for (const struct flag *f = verb->flags; f->name; f++)
		if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
			return f;
	return strlen(help_flag.name) == len && memcmp(name, help_flag.name, len) == 0
		       ? &help_flag
		       : NULL;
}

static int wrong(const struct parser *p, const char *problem, const char *what)
{
	log_err("%s: %s%s (rootling %s --help tells more)", p->verb->name, what, problem,
		p->verb->name);
	return -EINVAL;
}

static int unknown(const struct parser *p, const char *given)
{
	char *name = mem_strdup(given + 2);
	const struct flag *f = p->verb->flags;

	name[strcspn(name, "=")] = '\0';
	while (f->name && str_distance(name, f->name, SUGGEST_WITHIN) > SUGGEST_WITHIN)
		f++;
	free(name);
	if (!f->name)
		return wrong(p, " is not known", given);
	log_err("%s: %s is not known, did you mean --%s?", p->verb->name, given, f->name);
	return -EINVAL;
}

static void set_flag(struct parser *p, const struct flag *f, const char *value)
{
	char *field = (char *)p->options + f->field;

	if (f == &help_flag) {
		p->help = true;
	} else if (f->kind == FLAG_SWITCH) {
		*(bool *)field = true;
	} else if (f->kind == FLAG_STRING) {
		free(*(char **)field);
		*(char **)field = mem_strdup(value);
	} else {
		strings_add((struct strings *)field, value);
	}
}

/* `--name`, `--name=VALUE`, `--name VALUE`. */
static int parse_long(struct parser *p, char ***arg)
{
	const char *given = **arg, *equals = strchr(given, '=');
	size_t len = equals ? (size_t)(equals - given) - 2 : strlen(given + 2);
	const struct flag *f = flag_by_name(p->verb, given + 2, len);

	if (!f)
		return unknown(p, given);
	if (f->kind == FLAG_SWITCH && equals)
		return wrong(p, ": takes no value", given);
	if (f->kind != FLAG_SWITCH && !equals && !*++*arg)
		return wrong(p, ": its value is missing", given);
	set_flag(p, f, equals ? equals + 1 : **arg);
	return 0;
}

/* `-x`, `-xy`, `-xVALUE`, `-x VALUE`. */
static int parse_short(struct parser *p, char ***arg)
{
	const char *given = **arg;

	for (const char *letter = given + 1; *letter; letter++) {
		const struct flag *f = flag_by_letter(p->verb, *letter);

		if (!f)
			return wrong(p, " is not known", given);
		if (f->kind == FLAG_SWITCH) {
			set_flag(p, f, "");
			continue;
		}
		if (!letter[1] && !*++*arg)
			return wrong(p, ": its value is missing", given);
		set_flag(p, f, letter[1] ? letter + 1 : **arg);
		return 0;
	}
	return 0;
}

static int parse(struct parser *p, char **arg)
{
	const struct verb *v = p->verb;
	bool options_ended = false;
	int err = 0;

	for (; !err && *arg; arg++) {
		if (!options_ended && str_equal(*arg, "--"))
			options_ended = true;
		else if (options_ended || (*arg)[0] != '-' || !(*arg)[1])
			p->operands[p->operand_count++] = *arg;
		else if ((*arg)[1] == '-')
			err = parse_long(p, &arg);
		else
			err = parse_short(p, &arg);
	}
	if (err || p->help)
		return err;
	if (p->operand_count > v->operands_max)
		return wrong(p, " is more than it takes", p->operands[v->operands_max]);
	if (p->operand_count < v->operands_min)
		return wrong(p, " is missing", v->operands);
	return 0;
}

static void free_options(const struct verb *verb, char *options)
{
	for (const struct flag *f = verb->flags; f->name; f++) {
		if (f->kind == FLAG_STRING)
			free(*(char **)(options + f->field));
		if (f->kind == FLAG_LIST)
			strings_free((struct strings *)(options + f->field));
	}
	free(options);
}

int verb_main(const struct verb *verb, int argc, char **argv)
{
	struct parser p = {
		.verb = verb,
		.options = mem_alloc(verb->options_size),
		.operands = mem_alloc(((size_t)argc + 1) * sizeof(char *)),
	};
	int status = 1;

	if (!parse(&p, argv + 1)) {
		if (p.help)
			print_help(verb);
		status = p.help ? 0 : verb->run(p.options, p.operands);
	}
	free_options(verb, p.options);
	free(p.operands);
	return status;
}
