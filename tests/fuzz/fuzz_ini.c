/* Any bytes as a configuration file: entries lie inside of it, lines go up, and what is written of
 * an entry is read as the same entry. */
#include "initramfs/ini.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const char *text, size_t size, const char *part)
{
	if (part < text || part + strlen(part) > text + size)
		abort();
}

static void check_written(const struct ini_entry *e)
{
	struct bytes out = { 0 };
	struct ini_reader r;
	struct ini_entry again;

	ini_put(&out, e->key, e->value);
	bytes_put(&out, " # \"", 5);
	r = ini_reader_over((char *)out.data, out.len - 1);
	if (ini_next(&r, &again) != 1 || strcmp(again.key, e->key) != 0 ||
	    strcmp(again.value, e->value) != 0)
		abort();
	bytes_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct ini_reader r;
	struct ini_entry e;
	unsigned line = 0;
	int found;

	memcpy(text, data, size);
	text[size] = '\0';
	r = ini_reader_over(text, size);
	while ((found = ini_next(&r, &e)) != 0) {
		if (r.line <= line || (found < 0) != (r.problem != NULL))
			abort();
		line = r.line;
		if (found < 0)
			continue;
		check_inside(text, size, e.key);
		check_inside(text, size, e.value);
		if (!*e.key)
			abort();
		check_written(&e);
	}
	free(text);
	return 0;
}
