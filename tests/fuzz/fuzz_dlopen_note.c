/* Any bytes as the JSON of a note: few names, and each is a string. */
#include "initramfs/dlopen_note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dlopen_wants wants = { 0 };
	size_t total = 0;

	(void)dlopen_note_read((const char *)data, size, &wants); /* both may be */
	for (size_t i = 0; i < wants.count; i++)
		for (size_t k = 0; k < wants.items[i].names.count; k++)
			total += strlen(wants.items[i].names.items[k]);
	if (total > size)
		abort();
	dlopen_wants_free(&wants);
	return 0;
}
