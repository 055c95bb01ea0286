#include "appliance/unit.h"

#include "lib/str.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define LINE_SIZE 1024

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of *@s as systemd splits it: blanks separate, '…' and "…" quote, a
 * backslash takes the next character as it is. Copied into unit->text. NULL with *@err 0:
 * no word is left. */
static char *next_word(struct unit *unit, const char **s, int *err)
{
	const char *p = *s;
	char *start = unit->text + unit->text_len, *out = start;
	char quote = '\0';

	*err = 0;
	while (is_blank(*p))
		p++;
	if (!*p)
		return NULL;
	for (; *p && (quote || !is_blank(*p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'') {
			quote = quote ? '\0' : *p;
			continue;
		}
		if (*p == '\\' && p[1])
			p++;
		if (out == unit->text + UNIT_TEXT_SIZE - 1) {
			*err = -E2BIG;
			return NULL;
		}
		*out++ = *p;
	}
	*out = '\0';
	*s = p;
	unit->text_len += (size_t)(out - start) + 1;
	if (quote)
		*err = -EINVAL;
	return quote ? NULL : start;
}

static int split(struct unit *unit, const char *value, char **words, uint32_t count,
		 uint32_t max)
{
	int err;
	char *word;

	while (unit->text_len < UNIT_TEXT_SIZE &&
	       (word = next_word(unit, &value, &err))) {
		if (count == max)
			return -E2BIG;
		words[count++] = word;
		words[count] = NULL;
	}
	if (unit->text_len >= UNIT_TEXT_SIZE)
		return -E2BIG;
	return err ? err : (int)count;
}

static const char *set_exec_start(struct unit *unit, const char *value)
{
	int count;

	if (unit->argv[0])
		return "more than one ExecStart=";
	count = split(unit, value, unit->argv, 0, UNIT_ARGS_MAX);
	if (count < 0)
		return count == -E2BIG ? "ExecStart= is too long" : "unbalanced quotes";
	if (count == 0 || unit->argv[0][0] != '/')
		return "ExecStart= wants an absolute path";
	return NULL;
}

static const char *set_environment(struct unit *unit, const char *value)
{
	uint32_t first = unit->environment_count;
	int count = split(unit, value, unit->environment, first, UNIT_ENVIRONMENT_MAX);

	if (count < 0)
		return count == -E2BIG ? "Environment= is too long" : "unbalanced quotes";
	for (uint32_t i = first; i < (uint32_t)count; i++)
		if (!strchr(unit->environment[i], '=') || unit->environment[i][0] == '=')
			return "Environment= wants NAME=VALUE";
	unit->environment_count = (uint32_t)count;
	return NULL;
}

static const char *set_restart(struct unit *unit, const char *value)
{
	static const char *const words[] = {
		[UNIT_RESTART_NO] = "no",
		[UNIT_RESTART_ON_FAILURE] = "on-failure",
		[UNIT_RESTART_ALWAYS] = "always",
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_equal(value, words[i])) {
			unit->restart = (enum unit_restart)i;
			return NULL;
		}
	}
	return "Restart= knows no, on-failure and always";
}

static int parse_seconds(const char *value, uint32_t *out_ms)
{
	uint32_t seconds;

	if (str_parse_u32(value, 10, &seconds) || seconds > 86400)
		return -EINVAL;
	*out_ms = seconds * 1000;
	return 0;
}

static const char *set_restart_sec(struct unit *unit, const char *value)
{
	return parse_seconds(value, &unit->restart_ms)
		       ? "RestartSec= wants seconds up to a day"
		       : NULL;
}

static const char *set_timeout_stop_sec(struct unit *unit, const char *value)
{
	return parse_seconds(value, &unit->stop_ms)
		       ? "TimeoutStopSec= wants seconds up to a day"
		       : NULL;
}

static const struct {
	const char *name;
	const char *(*set)(struct unit *unit,
			   const char *value); /* NULL, or what is wrong */
} keys[] = {
	{ "ExecStart", set_exec_start },
	{ "Environment", set_environment },
	{ "Restart", set_restart },
	{ "RestartSec", set_restart_sec },
	{ "TimeoutStopSec", set_timeout_stop_sec },
};

static const char *set_key(struct unit *unit, char *line)
{
	char *equals = strchr(line, '='), *end = equals;

	if (!equals)
		return "neither a section nor KEY=VALUE";
	while (end > line && is_blank(end[-1]))
		end--;
	*end = '\0';
	for (equals++; is_blank(*equals); equals++)
		;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (str_equal(line, keys[i].name))
			return keys[i].set(unit, equals);
	return "a key that is not known here";
}

/* A copy of the line without blanks around it; NULL: too long. */
static char *trim(const char *line, size_t len, char *copy)
{
	while (len > 0 && is_blank(*line)) {
		line++;
		len--;
	}
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	if (len >= LINE_SIZE)
		return NULL;
	memcpy(copy, line, len);
	copy[len] = '\0';
	return copy;
}

int unit_parse(const char *file, struct unit *unit, struct unit_error *error)
{
	bool in_service = false;

	/* systemd's pause, but not its minute and a half */
	*unit = (struct unit){ .restart_ms = 100, .stop_ms = 5000 };
	*error = (struct unit_error){ 0 };
	while (*file && !error->what) {
		size_t len = strcspn(file, "\n");
		char copy[LINE_SIZE];
		char *line = trim(file, len, copy);

		error->line++;
		if (!line)
			error->what = "a line of more than 1023 bytes";
		else if (line[0] == '[')
			in_service = str_equal(line, "[Service]");
		else if (in_service && line[0] && line[0] != '#' && line[0] != ';')
			error->what = set_key(unit, line);
		file += len + (file[len] == '\n');
	}
	if (!error->what && !unit->argv[0])
		error->what = "no ExecStart= in [Service]";
	return error->what ? -EINVAL : 0;
}
