#include "netroot/nbd_handshake.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nbd_handshake h;
	const char *why = NULL;
	int err = nbd_handshake_start(&h, "disk");

	while (!err && !h.is_done) {
		if (h.wanted == 0 || h.wanted > NBD_INPUT_MAX ||
		    h.out_len > NBD_OUTPUT_MAX)
			abort();
		if (size < h.wanted)
			return 0;
		size -= h.wanted;
		data += h.wanted;
		h.out_len = 0;
		err = nbd_handshake_input(&h, data - h.wanted, &why);
	}
	if (err ? !why : h.size == 0 || h.size > INT64_MAX)
		abort();
	return 0;
}
