#include "initramfs/compress.h"

#include <stdlib.h>

#define LIMIT ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An unpacker takes no more than there is, and stops where it was told to. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct compression *c = compression_by_magic(data, size);
	struct bytes out = { .limit = LIMIT };
	size_t used = 0;
	int err;

	if (!c || !c->unpack)
		return 0;
	err = c->unpack(data, size, &out, &used);
	if (used > size || out.len > 2 * LIMIT || (!err && bytes_full(&out)))
		abort();
	bytes_free(&out);
	return 0;
}
