#include "initramfs/image_read.h"

#include <stdlib.h>

/* What a reader hands out lies within what it was given: ASan sees each byte touched. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_reader r = image_reader_over(data, size);
	struct newc_entry e;
	unsigned sum = 0;
	int found;

	while ((found = image_read(&r, &e)) > 0) {
		for (const char *p = e.name; *p; p++)
			sum += (unsigned char)*p;
		for (size_t i = 0; i < e.len; i++)
			sum += e.data[i];
	}
	if ((found < 0) != (r.problem != NULL) || sum == UINT32_MAX)
		abort(); /* the sum is only there to be needed */
	image_reader_free(&r);
	return 0;
}
