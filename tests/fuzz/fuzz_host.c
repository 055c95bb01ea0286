/* Any text as a description of a machine: what it was read as is printed and read again, and is
 * the same. */
#include "initramfs/host.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes once = { 0 }, twice = { 0 };
	struct host host, again;

	if (host_parse((const char *)data, size, "fuzz", &host) == 0) {
		host_print(&host, &once);
		if (host_parse((const char *)once.data, once.len, "printed", &again))
			abort();
		host_print(&again, &twice);
		if (once.len != twice.len ||
		    (once.len && memcmp(once.data, twice.data, once.len)))
			abort();
		host_free(&again);
	}
	host_free(&host);
	bytes_free(&once);
	bytes_free(&twice);
	return 0;
}
