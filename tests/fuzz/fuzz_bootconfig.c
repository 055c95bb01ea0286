#include "initramfs/bootconfig.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is found lies within the image; what is put is found again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bootconfig found = { 0 };
	struct bytes image = { 0 };
	unsigned sum = 0;

	if (!bootconfig_find(data, size, &found)) {
		for (size_t i = 0; i < found.text_len; i++)
			sum += found.text[i];
		if (found.start > size || sum == UINT32_MAX)
			abort();
	}
	if (bootconfig_check(data, size))
		return 0;
	bytes_put(&image, data, size);
	bootconfig_put(&image, data, size);
	if (bootconfig_find(image.data, image.len, &found) || found.start != size ||
	    found.text_len != size || memcmp(found.text, data, size) != 0)
		abort();
	bytes_free(&image);
	return 0;
}
