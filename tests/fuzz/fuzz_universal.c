/* The first line is a path of modules.dep, the rest a set: "all" has what any subsystem has. */
#include "initramfs/universal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t len = newline ? (size_t)(newline - data) : size,
	       text = newline ? len + 1 : size;
	const char *path = (const char *)data;
	struct strings all = { 0 }, none = { 0 };
	struct universal set;

	strings_add(&all, "all");
	if (universal_parse(path + text, size - text, "fuzz", &set) == 0 && set.count) {
		bool some = universal_has(&set, path, len);

		if (universal_choose(&set, &all, &none) ||
		    (some && !universal_has(&set, path, len)))
			abort();
		if (universal_choose(&set, &none, &all) || universal_has(&set, path, len))
			abort();
	}
	universal_free(&set);
	strings_free(&all);
	return 0;
}
