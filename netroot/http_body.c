#include "netroot/http_body.h"

#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define EXTRA_MAX 65536 /* extensions and trailers mean nothing here */

void http_body_of_length(struct http_body *b, uint64_t length)
{
	*b = (struct http_body){
		.state = length ? HTTP_BODY_BYTES : HTTP_BODY_DONE,
		.left = length,
	};
}

void http_body_chunked(struct http_body *b)
{
	*b = (struct http_body){ .state = HTTP_BODY_CHUNK_SIZE };
}

/* Collects a line; of a long one the beginning is kept. 1: it is complete, without its CRLF; 0: more is
 * needed; -EBADMSG. */
static int collect_line(struct http_body *b, struct cursor *in)
{
	while (cursor_left(in)) {
		char c = (char)cursor_u8(in);

		if (c == '\n') {
			bool is_crlf = b->line_len && b->line[b->line_len - 1] == '\r';

			b->line[is_crlf ? b->line_len - 1 : 0] = '\0';
			b->line_len = 0;
			return is_crlf ? 1 : -EBADMSG;
		}
		/* the last byte is kept too: it must be the CR */
		if (b->line_len == sizeof(b->line) && ++b->extra > EXTRA_MAX)
			return -EBADMSG;
		if (b->line_len == sizeof(b->line))
			b->line_len--;
		b->line[b->line_len++] = c;
	}
	return 0;
}

static int read_chunk_size(struct http_body *b)
{
	b->line[strcspn(b->line, "; \t")] = '\0';
	if (str_parse_u64(b->line, 16, &b->left))
		return -EBADMSG;
	b->state = b->left ? HTTP_BODY_CHUNK : HTTP_BODY_TRAILER;
	return 0;
}

static int read_line(struct http_body *b)
{
	b->extra += 2;
	if (b->state == HTTP_BODY_CHUNK_SIZE)
		return read_chunk_size(b);
	if (b->state == HTTP_BODY_CHUNK_END) {
		b->extra = 0;
		b->state = HTTP_BODY_CHUNK_SIZE;
		return *b->line ? -EBADMSG : 0;
	}
	if (*b->line == '\0')
		b->state = HTTP_BODY_DONE;
	return b->extra + strlen(b->line) > EXTRA_MAX ? -EBADMSG : 0;
}

static void take_bytes(struct http_body *b, struct cursor *in, const uint8_t **data,
		       size_t *len)
{
	size_t here = cursor_left(in);

	*len = b->left < here ? (size_t)b->left : here;
	*data = cursor_bytes(in, *len);
	b->left -= *len;
	if (b->left == 0)
		b->state = b->state == HTTP_BODY_CHUNK ? HTTP_BODY_CHUNK_END
						       : HTTP_BODY_DONE;
}

int http_body_next(struct http_body *b, struct cursor *in, const uint8_t **data,
		   size_t *len)
{
	*len = 0;
	while (b->state != HTTP_BODY_DONE && cursor_left(in)) {
		int err;

		if (b->state == HTTP_BODY_BYTES || b->state == HTTP_BODY_CHUNK) {
			take_bytes(b, in, data, len);
			return 0;
		}
		err = collect_line(b, in);
		if (err <= 0)
			return err;
		err = read_line(b);
		if (err)
			return err;
	}
	return 0;
}
