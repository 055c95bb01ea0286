#include "netcfg/domain_list.h"
#include "netcfg/hostname.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte is the room for the result. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[256], *name;

	if (size == 0 || data[0] == 0)
		return 0;
	if (domain_list_parse(data + 1, size - 1, out, data[0])) {
		if (*out)
			abort();
		return 0;
	}
	if (strlen(out) >= data[0])
		abort();
	for (name = *out ? out : NULL; name;) {
		char *blank = strchr(name, ' ');

		if (!hostname_is_valid(name,
				       blank ? (size_t)(blank - name) : strlen(name)))
			abort();
		name = blank ? blank + 1 : NULL;
	}
	return 0;
}
