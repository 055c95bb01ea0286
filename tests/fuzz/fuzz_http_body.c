/* A body in one piece and byte by byte: what is kept, how much belongs to it and what is wrong with
 * it must not depend on where the pieces end. The first two bytes are its length, or 0 for chunks. */
#include "http/body.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(struct http_body *body, const struct http_request *request,
		const char *data, size_t len, size_t step, size_t *used)
{
	int err = -EAGAIN;

	http_body_start(body, request);
	*used = 0;
	do {
		size_t piece = len - *used < step ? len - *used : step, taken;

		err = http_body_take(body, data + *used, piece, &taken);
		if (taken > piece || (err == -EAGAIN && taken != piece))
			abort();
		*used += taken;
	} while (err == -EAGAIN && *used < len);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_body whole, bytes;
	struct http_request request = { .chunked = true };
	size_t whole_used, bytes_used;
	int err;

	if (size < 2)
		return 0;
	request.body_len = (uint64_t)(data[0] << 8 | data[1]);
	request.chunked = request.body_len == 0;
	data += 2;
	size -= 2;
	err = take(&whole, &request, (const char *)data, size, SIZE_MAX, &whole_used);
	if (err && err != -EAGAIN && err != -EMSGSIZE && err != -EBADMSG)
		abort();
	if (whole.len > HTTP_BODY_MAX || whole.len > size)
		abort();
	if (err != take(&bytes, &request, (const char *)data, size, 1, &bytes_used))
		abort();
	/* of what is refused nothing is used any more */
	if (err && err != -EAGAIN)
		return 0;
	if (whole_used != bytes_used || whole.len != bytes.len ||
	    memcmp(whole.data, bytes.data, whole.len) != 0)
		abort();
	if (!err && !request.chunked && whole.len != request.body_len)
		abort();
	/* nothing that follows is looked at */
	if (!err && http_body_take(&whole, "x", 1, &whole_used) + (int)whole_used != 0)
		abort();
	return 0;
}
