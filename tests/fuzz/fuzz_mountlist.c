/* Any text as a list of mounts: every mount point ends inside it. */
#include "mount/mountlist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *targets[8];
	size_t count;

	memcpy(text, data, size);
	text[size] = '\0';
	count = mountlist_parse(text, targets, 8);
	for (size_t i = 0; i < count; i++)
		if (targets[i] <= text || targets[i] + strlen(targets[i]) > text + size)
			abort();
	free(text);
	return 0;
}
