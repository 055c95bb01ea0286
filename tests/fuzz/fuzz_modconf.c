/* Any text as a file of modprobe.d: entries lie inside of it and their lines go up. */
#include "modules/modconf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t size, const char *part)
{
	if (part < text || part + strlen(part) > text + size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), word[16];
	struct modconf_reader reader = { .rest = text };
	struct modconf_entry e;
	unsigned line = 0;

	memcpy(text, data, size);
	text[size] = '\0';
	while (modconf_next(&reader, &e)) {
		check(text, size, e.name);
		if (e.kind != MODCONF_BAD) {
			check(text, size, e.value);
			if (!*e.name || strchr(e.name, '/') || strpbrk(e.value, "\n"))
				abort();
		}
		if (e.line <= line || e.line > reader.line)
			abort();
		line = e.line;
		for (const char *rest = e.value; (rest = modconf_word(rest, word, 16));)
			if (!*word || strlen(word) > 15)
				abort();
	}
	free(text);
	return 0;
}
