#include "modules/modconf.h"

#include "lib/str.h"

#include <stddef.h>
#include <string.h>

#define BLANKS	  " \t\r\f\v"
#define ALIAS_MAX 511 /* an alias may be as long as a modalias */

/* The next line with its continuations: a backslash before the newline joins two lines. */
static char *next_line(struct modconf_reader *r)
{
	char *line = r->rest, *to = r->rest, *from = r->rest;

	for (; *from && *from != '\n'; from++) {
		if (from[0] == '\\' && from[1] == '\n') {
			from++;
			r->line++;
		} else {
			*to++ = *from;
		}
	}
	r->line++;
	r->rest = from + (*from != '\0');
	*to = '\0';
	return line;
}

/* Cuts the first word off *@rest, which then stands at the second. */
static char *cut_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	char *end = word + strcspn(word, BLANKS);

	*rest = end + strspn(end, BLANKS);
	*end = '\0';
	return word;
}

static void cut_blanks(char *text)
{
	size_t len = strlen(text);

	while (len && strchr(BLANKS, text[len - 1]))
		text[--len] = '\0';
}

static bool normalise(char *alias)
{
	bool bracket = false;

	for (; *alias; alias++) {
		if (*alias == '[' || *alias == ']') {
			if (bracket == (*alias == '['))
				return false;
			bracket = !bracket;
		} else if (*alias == '-' && !bracket) {
			*alias = '_';
		}
	}
	return !bracket;
}

bool modconf_normal_alias(const char *alias, char *out, unsigned size)
{
	return str_copy(out, size, alias) == 0 && normalise(out);
}

const char *modconf_word(const char *value, char *word, unsigned size)
{
	unsigned len = 0;

	value += strspn(value, BLANKS);
	if (!*value)
		return NULL;
	for (; *value && !strchr(BLANKS, *value); value++)
		if (len < size - 1)
			word[len++] = *value;
	word[len] = '\0';
	return value;
}

/* Of all commands only these two need no shell. */
static enum modconf_kind install_kind(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash ? slash + 1 : command;

	if (strpbrk(command, BLANKS))
		return MODCONF_COMMAND;
	if (str_equal(name, "false"))
		return MODCONF_REFUSE;
	return str_equal(name, "true") ? MODCONF_PRETEND : MODCONF_COMMAND;
}

static void bad(struct modconf_entry *e, const char *why)
{
	e->kind = MODCONF_BAD;
	e->value = why;
}

static const struct {
	const char *word;
	enum modconf_kind kind;
	bool wants_value;
} commands[] = {
	{ "options", MODCONF_OPTIONS, true }, { "blacklist", MODCONF_BLACKLIST, false },
	{ "alias", MODCONF_ALIAS, true },     { "softdep", MODCONF_SOFTDEP, true },
	{ "install", MODCONF_COMMAND, true },
};

/* False: nothing that concerns us. */
static bool read_line(char *line, struct modconf_entry *e)
{
	char *rest = line, *word, *name;
	size_t i = 0;

	cut_blanks(line);
	word = cut_word(&rest);
	if (!*word || *word == '#' || str_equal(word, "remove") ||
	    str_equal(word, "weakdep"))
		return false;
	while (i < sizeof(commands) / sizeof(commands[0]) &&
	       !str_equal(commands[i].word, word))
		i++;
	name = cut_word(&rest);
	e->name = *name ? name : word;
	e->value = rest;
	if (i == sizeof(commands) / sizeof(commands[0])) {
		e->name = word;
		bad(e, "unknown command");
		return true;
	}
	e->kind = commands[i].kind;
	if (e->kind == MODCONF_COMMAND)
		e->kind = install_kind(rest);
	if (!*name || (commands[i].wants_value && !*rest))
		bad(e, "something is missing");
	else if (strchr(name, '/') || strlen(name) > ALIAS_MAX || !normalise(name))
		bad(e, "not a name");
	else if (e->kind == MODCONF_ALIAS && strpbrk(rest, BLANKS "/"))
		bad(e, "not the name of one module");
	return true;
}

bool modconf_next(struct modconf_reader *r, struct modconf_entry *e)
{
	while (*r->rest) {
		unsigned line = r->line + 1;

		*e = (struct modconf_entry){ .line = line, .file = r->file };
		if (read_line(next_line(r), e))
			return true;
	}
	return false;
}
