#include "mount/fsprobe.h"

#include "tests/sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is an image as tests/sparse.h has it: sizes and places are the fuzzer's too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sparse image = { .packed = data, .packed_len = size, .fresh = true };
	struct fsprobe_source src = sparse_source(&image);
	struct fsprobe_result r = { .type = "untouched" };
	int err;

	src.partition = size & 1;
	src.optical = size & 2;
	err = fsprobe(&src, &r);
	free(image.room);
	if (err && err != -ENODATA && err != -EUCLEAN && err != -ENOTUNIQ)
		abort();
	if (err == -ENODATA || err == -EUCLEAN) {
		if (strcmp(r.type, "untouched") != 0)
			abort();
		return 0;
	}
	if (!r.usage || !memchr(r.uuid, 0, sizeof(r.uuid)) ||
	    !memchr(r.label, 0, sizeof(r.label)) || (err == -ENOTUNIQ && !r.also))
		abort();
	return 0;
}
