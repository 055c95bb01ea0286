#include "initramfs/host.h"

#include "lib/log.h"
#include "lib/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[HOST_WORDS] = {
	[HOST_KERNEL] = "kernel", [HOST_MODULE] = "module", [HOST_MODALIAS] = "modalias",
	[HOST_FS] = "fs",	  [HOST_PACK] = "pack",	    [HOST_STACKED] = "stacked",
};

static bool has(const struct host *host, enum host_word word, const char *value)
{
	for (size_t i = 0; i < host->count; i++)
		if (host->lines[i].word == word && str_equal(host->lines[i].value, value))
			return true;
	return false;
}

void host_add(struct host *host, enum host_word word, const char *value,
	      const char *device)
{
	if (has(host, word, value))
		return;
	host->lines = mem_grow(host->lines, host->count, sizeof(*host->lines));
	host->lines[host->count++] = (struct host_line){
		.word = word,
		.value = mem_strdup(value),
		.device = device ? mem_strdup(device) : NULL,
	};
}

void host_print(const struct host *host, struct bytes *out)
{
	const char *device = NULL;

	for (size_t i = 0; i < host->count; i++) {
		const struct host_line *line = &host->lines[i];

		if (line->device && !(device && str_equal(device, line->device)))
			bytes_printf(out, "# %s\n", line->device);
		device = line->device;
		bytes_printf(out, "%-8s %s\n", words[line->word], line->value);
	}
}

/* A value is one printable word: it becomes the name of a module or a part of it. */
static bool is_value(const char *s)
{
	const char *start = s;

	while (isgraph((unsigned char)*s))
		s++;
	return s > start && !*s;
}

static int parse_line(struct host *host, char *line, const char *path, unsigned number)
{
	char *rest = line + strspn(line, " \t"), *name = strsep(&rest, " \t"), *end;
	size_t word = 0;

	if (!*name || *name == '#')
		return 0;
	while (word < HOST_WORDS && !str_equal(name, words[word]))
		word++;
	if (word == HOST_WORDS) {
		log_err("%s:%u: %s: not kernel, module, modalias, fs, pack or stacked",
			path, number, name);
		return -EINVAL;
	}
	rest = rest ? rest + strspn(rest, " \t") : line + strlen(line);
	for (end = rest + strlen(rest); end > rest && strchr(" \t\r", end[-1]);)
		*--end = '\0';
	if (!is_value(rest)) {
		log_err("%s:%u: %s: one value must follow", path, number, name);
		return -EINVAL;
	}
	host_add(host, (enum host_word)word, rest, NULL);
	return 0;
}

int host_parse(const char *text, size_t len, const char *path, struct host *out)
{
	char *copy = mem_printf("%.*s", (int)len, text), *rest = copy, *line;
	unsigned number = 0;
	int err = 0;

	*out = (struct host){ 0 };
	while (!err && (line = strsep(&rest, "\n")))
		err = parse_line(out, line, path, ++number);
	free(copy);
	return err;
}

void host_free(struct host *host)
{
	for (size_t i = 0; i < host->count; i++) {
		free(host->lines[i].value);
		free(host->lines[i].device);
	}
	free(host->lines);
	free(host->problem);
	*host = (struct host){ 0 };
}
