#include "lib/ca_bundle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every certificate lies behind the one before, and no Name is empty. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t der[CA_BUNDLE_DER_MAX];
	struct ca_bundle bundle = { (const char *)data, size };
	size_t off = 0, before = 0, len;

	while ((len = ca_bundle_next(&bundle, &off, der))) {
		if (len > sizeof(der) || off <= before || off > size)
			abort();
		before = off;
		if (ca_bundle_is_subject(der, len, der, 0))
			abort();
		for (size_t at = 0; at < len; at++)
			(void)ca_bundle_is_subject(der, len, der + at, len - at);
	}
	return 0;
}
