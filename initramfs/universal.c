#include "initramfs/universal.h"

#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ALL "all"

static int wrong(const char *path, unsigned line, const char *problem)
{
	log_err("%s:%u: %s", path, line, problem);
	return -EINVAL;
}

/* `[NAME]` or `[NAME optional]`. */
static int add_subsystem(struct universal *set, char *header, const char *path,
			 unsigned line)
{
	size_t len = strlen(header);
	char *name, *rest = header + 1;
	bool optional;

	if (header[len - 1] != ']')
		return wrong(path, line, "a section without its ]");
	header[len - 1] = '\0';
	name = strsep(&rest, " \t");
	optional = rest && str_equal(rest, "optional");
	if (!*name || (rest && !optional))
		return wrong(path, line, "not [NAME] or [NAME optional]");
	set->subsystems = mem_grow(set->subsystems, set->count, sizeof(*set->subsystems));
	set->subsystems[set->count++] = (struct subsystem){
		.name = mem_strdup(name),
		.optional = optional,
		.chosen = !optional,
	};
	return 0;
}

static int parse_line(struct universal *set, char *text, const char *path, unsigned line)
{
	char *word = text + strspn(text, " \t"), *end = word + strlen(word);

	while (end > word && strchr(" \t\r", end[-1]))
		*--end = '\0';
	if (!*word || *word == '#')
		return 0;
	if (*word == '[')
		return add_subsystem(set, word, path, line);
	if (!set->count)
		return wrong(path, line, "a pattern before the first [SECTION]");
	if (strpbrk(word, " \t"))
		return wrong(path, line, "one pattern a line");
	strings_add(&set->subsystems[set->count - 1].patterns, word);
	return 0;
}

int universal_parse(const char *text, size_t len, const char *path, struct universal *out)
{
	char *copy = mem_printf("%.*s", (int)len, text), *rest = copy, *line;
	unsigned number = 0;
	int err = 0;

	*out = (struct universal){ 0 };
	while (!err && (line = strsep(&rest, "\n")))
		err = parse_line(out, line, path, ++number);
	free(copy);
	return err;
}

static int unknown(const struct universal *set, const char *name)
{
	struct bytes names = { 0 };

	for (size_t i = 0; i < set->count; i++)
		bytes_printf(&names, " %s", set->subsystems[i].name);
	log_err("subsystem %s is not known; there are%.*s, and " ALL, name,
		(int)names.len, (const char *)names.data);
	bytes_free(&names);
	return -ENOENT;
}

static int choose(struct universal *set, const struct strings *names, bool chosen)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];
		size_t found = 0;

		for (size_t k = 0; k < set->count; k++) {
			if (!str_equal(name, ALL) &&
			    !str_equal(name, set->subsystems[k].name))
				continue;
			set->subsystems[k].chosen = chosen;
			found++;
		}
		if (!found)
			return unknown(set, name);
	}
	return 0;
}

int universal_choose(struct universal *set, const struct strings *with,
		     const struct strings *without)
{
	int err = choose(set, without, false);

	return err ? err : choose(set, with, true);
}

/* Nearly every comparison ends at one of the first letters, long before a wildcard. */
static bool matches(const char *pattern, const char *name)
{
	while (*pattern && *pattern == *name)
		pattern++, name++;
	if (!*pattern || !strchr("*?[", *pattern))
		return *pattern == *name;
	return fnmatch(pattern, name, FNM_NOESCAPE) == 0;
}

static bool subsystem_has(const struct subsystem *s, const char *name)
{
	bool in = false;

	for (size_t i = 0; i < s->patterns.count; i++) {
		const char *pattern = s->patterns.items[i];
		bool out = *pattern == '!';

		if (in == out && matches(pattern + out, name))
			in = !out;
	}
	return in;
}

bool universal_has(const struct universal *set, const char *path, size_t len)
{
	const char *slash = memchr(path, '/', len), *start = slash ? slash + 1 : path,
		   *end = memmem(start, len - (size_t)(start - path), ".ko", 3);
	char name[PATH_MAX];
	size_t name_len = end ? (size_t)(end - start) : 0;

	if (!name_len || name_len >= sizeof(name))
		return false;
	memcpy(name, start, name_len);
	name[name_len] = '\0';
	for (size_t i = 0; i < set->count; i++)
		if (set->subsystems[i].chosen && subsystem_has(&set->subsystems[i], name))
			return true;
	return false;
}

void universal_free(struct universal *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->subsystems[i].name);
		strings_free(&set->subsystems[i].patterns);
	}
	free(set->subsystems);
	*set = (struct universal){ 0 };
}
