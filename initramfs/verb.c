#include "initramfs/verb.h"

#include "initramfs/conf.h"
#include "initramfs/mem.h"
#include "initramfs/setting.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is no business of run(). */
struct common {
	bool help, print_config;
	char *config;
};

#define COMMON(name) offsetof(struct common, name)

static const struct flag help_flags[] = {
	{ 'h', "help", FLAG_SWITCH, NULL, "print this", COMMON(help), .no_key = true },
	{ 0 },
};

static const struct flag config_flags[] = {
	{ 'c', "config", FLAG_STRING, "FILE",
	  "read FILE in place of /etc/rootling.conf and rootling.conf.d/", COMMON(config),
	  .no_key = true },
	{ 0, "print-config", FLAG_SWITCH, NULL,
	  "print what files and flags say, and where, and build nothing",
	  COMMON(print_config), .no_key = true },
	{ 0 },
};

static const struct flag no_flags[] = {
	{ 0 },
};

enum { TABLES = 3 };

struct parser {
	const struct verb *verb;
	const struct flag *tables[TABLES];
	struct settings common, own;
	char **operands;
	unsigned operand_count;
};

static int wrong(const struct parser *p, const char *problem, const char *what)
{
	log_err("%s: %s%s (rootling %s --help tells more)", p->verb->name, what, problem,
		p->verb->name);
	return -EINVAL;
}

static const struct flag *find(const struct parser *p, const char *name, size_t len)
{
	const struct flag *f = NULL;

	for (unsigned i = 0; i < TABLES && !f; i++)
		f = flag_by_name(p->tables[i], name, len);
	return f;
}

/* `--no-NAME` undoes a file. */
static const struct flag *find_negated(const struct parser *p, const char *name,
				       size_t len)
{
	const struct flag *f =
		p->verb->configured && len > 3 && strncmp(name, "no-", 3) == 0
			? flag_by_name(p->verb->flags, name + 3, len - 3)
			: NULL;

	return f && f->kind == FLAG_SWITCH && !f->no_key ? f : NULL;
}

static int unknown(const struct parser *p, const char *given)
{
	char *name = mem_strdup(given + 2);
	const struct flag *like = NULL;

	name[strcspn(name, "=")] = '\0';
	for (unsigned i = 0; i < TABLES && !like; i++)
		like = flag_like(p->tables[i], name);
	free(name);
	if (!like)
		return wrong(p, " is not known", given);
	log_err("%s: %s is not known, did you mean --%s?", p->verb->name, given,
		like->name);
	return -EINVAL;
}

static int set_as(struct parser *p, const struct flag *f, const char *value,
		  const char *prefix)
{
	bool is_own = flag_by_name(p->verb->flags, f->name, strlen(f->name)) == f;
	char *where = mem_printf("--%s%s", prefix, f->name), *problem;

	problem = settings_add(is_own ? &p->own : &p->common, f, value, where, 0);
	if (problem)
		log_err("%s: %s: %s", p->verb->name, where, problem);
	free(where);
	free(problem);
	return problem ? -EINVAL : 0;
}

static int set(struct parser *p, const struct flag *f, const char *value)
{
	return set_as(p, f, value, "");
}

/* An empty word is more likely a variable of a script than the wish to unset something. */
static int set_to_next(struct parser *p, const struct flag *f, char ***arg)
{
	const char *given = *(*arg)++;

	if (!**arg)
		return wrong(p, ": its value is missing", given);
	if (!***arg)
		return wrong(p, ": its value is empty", given);
	return set(p, f, **arg);
}

/* `--name`, `--name=VALUE`, `--name VALUE`, `--no-name`. */
static int parse_long(struct parser *p, char ***arg)
{
	const char *given = **arg, *equals = strchr(given, '=');
	size_t len = equals ? (size_t)(equals - given) - 2 : strlen(given + 2);
	const struct flag *f = find(p, given + 2, len),
			  *negated = f ? NULL : find_negated(p, given + 2, len);

	if (!f && !negated)
		return unknown(p, given);
	if ((negated || !flag_takes_value(f)) && equals)
		return wrong(p, ": takes no value", given);
	if (negated)
		return set_as(p, negated, "no", "no-");
	if (!flag_takes_value(f))
		return set(p, f, "yes");
	return equals ? set(p, f, equals + 1) : set_to_next(p, f, arg);
}

/* `-x`, `-xy`, `-xVALUE`, `-x VALUE`. */
static int parse_short(struct parser *p, char ***arg)
{
	const char *given = **arg;
	int err = 0;

	for (const char *letter = given + 1; *letter && !err; letter++) {
		const struct flag *f = NULL;

		for (unsigned i = 0; i < TABLES && !f; i++)
			f = flag_by_letter(p->tables[i], *letter);
		if (!f)
			return wrong(p, " is not known", given);
		if (!flag_takes_value(f)) {
			err = set(p, f, "yes");
			continue;
		}
		return letter[1] ? set(p, f, letter + 1) : set_to_next(p, f, arg);
	}
	return err;
}

static int parse(struct parser *p, char **arg)
{
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
	return err;
}

static int check_operands(const struct parser *p)
{
	const struct verb *v = p->verb;

	if (p->operand_count > v->operands_max)
		return wrong(p, " is more than it takes", p->operands[v->operands_max]);
	if (p->operand_count < v->operands_min)
		return wrong(p, " is missing", v->operands);
	return 0;
}

static void free_options(const struct flag *flags, void *options)
{
	for (const struct flag *f = flags; f->name; f++) {
		char *field = (char *)options + f->field;

		if (f->kind == FLAG_STRING || f->kind == FLAG_CHOICE)
			free(*(char **)field);
		if (f->kind == FLAG_LIST || f->kind == FLAG_WORDS)
			strings_free((struct strings *)field);
	}
}

static int run(struct parser *p, const struct common *common)
{
	const struct verb *verb = p->verb;
	void *options = mem_alloc(verb->options_size);
	struct settings merged = { 0 };
	int status = 1;

	if (verb->configured && conf_read(verb, common->config, &p->own, &merged))
		goto out;
	settings_apply(verb->configured ? &merged : &p->own, verb->flags, options);
	status = 0;
	if (common->print_config)
		conf_print(verb, &merged, options);
	else
		status = verb->run(options, p->operands);
out:
	settings_free(&merged);
	free_options(verb->flags, options);
	free(options);
	return status;
}

int verb_main(const struct verb *verb, int argc, char **argv)
{
	struct parser p = {
		.verb = verb,
		.tables = { verb->flags, help_flags,
			    verb->configured ? config_flags : no_flags },
		.operands = mem_alloc(((size_t)argc + 1) * sizeof(char *)),
	};
	struct common common = { 0 };
	int err = parse(&p, argv + 1), status = verb->wrong_usage ? verb->wrong_usage : 1;

	settings_apply(&p.common, no_flags, &common);
	if (!err && common.help) {
		verb_print_help(verb);
		status = 0;
	} else if (!err && !check_operands(&p)) {
		status = run(&p, &common);
	}
	free(common.config);
	settings_free(&p.common);
	settings_free(&p.own);
	free(p.operands);
	return status;
}

const struct flag *verb_common_flags(const struct verb *verb, unsigned i)
{
	const struct flag *const tables[] = { verb->configured ? config_flags : no_flags,
					      help_flags };

	return i < 2 ? tables[i] : NULL;
}
