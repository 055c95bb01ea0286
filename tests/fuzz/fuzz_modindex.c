#include "modules/modindex.h"

#include <stdlib.h>
#include <string.h>

static int touch(void *ctx, const char *value)
{
	*(size_t *)ctx += strlen(value);
	return 0;
}

/* The string to look for stands in front of the index, behind its length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char string[256];
	struct modindex index;
	size_t len = size ? data[0] : 0, seen = 0;
	uint8_t *copy;

	if (len + 1 > size)
		return 0;
	memcpy(string, data + 1, len);
	string[len] = '\0';
	copy = malloc(size - len); /* of its own, so that ASan knows its end */
	memcpy(copy, data + 1 + len, size - len - 1);
	if (modindex_open(&index, copy, size - len - 1) == 0) {
		(void)modindex_lookup(&index, string, touch, &seen);
		(void)modindex_match(&index, string, touch, &seen);
	}
	free(copy);
	return 0;
}
