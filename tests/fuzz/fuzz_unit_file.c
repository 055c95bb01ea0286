/* Any text as a service file: words end inside the unit. */
#include "appliance/unit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct unit unit;
	struct unit_error error;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (unit_parse(text, &unit, &error) == 0)
		for (int i = 0; unit.argv[i]; i++)
			if (unit.argv[i] + strlen(unit.argv[i]) >=
			    unit.text + sizeof(unit.text))
				abort();
	free(text);
	return 0;
}
