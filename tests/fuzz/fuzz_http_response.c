#include "netroot/http_body.h"
#include "netroot/http_head.h"
#include "netroot/transfer.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes of the body, which must be the same in whatever pieces it comes. */
static uint64_t read_body(struct http_body b, const uint8_t *data, size_t size,
			  size_t step)
{
	uint64_t sum = 0;

	for (size_t off = 0; off < size; off += step) {
		struct cursor in =
			cursor_over(data + off, size - off < step ? size - off : step);
		const uint8_t *bytes;
		size_t len;

		do {
			if (http_body_next(&b, &in, &bytes, &len))
				return UINT64_MAX;
			if (len && (bytes < data + off || bytes + len > data + size))
				abort();
			for (size_t i = 0; i < len; i++)
				sum = sum * 31 + bytes[i] + 1;
		} while (len);
	}
	return sum;
}

static void check_head(const struct http_head *head)
{
	struct transfer t = { .size_max = 1 << 20, .offset = 10, .validator = "\"v\"" };
	char text[256];
	struct buf why = BUF_OVER(text);

	if (head->is_chunked && head->has_length)
		abort();
	if (transfer_judge(&t, head, &why) == TRANSFER_ON &&
	    (head->range_first != 10 || head->range_last >= t.size_max))
		abort();
	if (t.offset != 10 && t.offset != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[HTTP_HEAD_MAX];
	size_t len = size < sizeof(text) ? size : sizeof(text), head_len;
	struct http_head head;
	struct http_body body;
	const char *why;

	memcpy(text, data, len);
	head_len = http_head_len(text, len);
	if (!head_len || http_head_parse(text, head_len, &head, &why))
		return 0;
	check_head(&head);
	if (head.is_chunked)
		http_body_chunked(&body);
	else
		http_body_of_length(&body, head.length);
	data += head_len;
	size -= head_len;
	if (read_body(body, data, size, 1) != read_body(body, data, size, size + 1))
		abort();
	return 0;
}
