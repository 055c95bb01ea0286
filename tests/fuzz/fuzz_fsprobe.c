#include "mount/fsprobe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says where on the device the rest lies; the image ends with it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t places[] = { 0, 1024, 4096, 65536 };
	struct fsprobe_result r = { .type = "untouched" };
	size_t at, len;
	uint8_t *img;
	int err;

	if (size < 1)
		return 0;
	at = places[data[0] % 4];
	len = at + size - 1;
	img = calloc(1, len);
	memcpy(img + at, data + 1, size - 1);
	err = fsprobe(img, len, &r);
	if (err ? err != -ENODATA && err != -EUCLEAN : !r.usage)
		abort();
	if (err ? strcmp(r.type, "untouched")
		: !memchr(r.uuid, 0, sizeof(r.uuid)) ||
			    !memchr(r.label, 0, sizeof(r.label)))
		abort();
	free(img);
	return 0;
}
