/* The body of an HTTP/1.1 response, of a known length or chunked (RFC 9112, 6 and 7). Pure. */
#ifndef NETROOT_HTTP_BODY_H
#define NETROOT_HTTP_BODY_H

#include "lib/cursor.h"

enum http_body_state {
	HTTP_BODY_DONE,
	HTTP_BODY_BYTES,
	HTTP_BODY_CHUNK_SIZE,
	HTTP_BODY_CHUNK,
	HTTP_BODY_CHUNK_END, /* the CRLF behind a chunk's bytes */
	HTTP_BODY_TRAILER,
};

struct http_body {
	enum http_body_state state;
	uint64_t left; /* bytes of the body, or of this chunk */
	char line[64]; /* the size of a chunk, a line of the trailer */
	size_t line_len;
	unsigned extra; /* bytes of chunk extensions and trailers so far */
};

void http_body_of_length(struct http_body *b, uint64_t length);
void http_body_chunked(struct http_body *b);

/* The next bytes of the body in @in: @data and @len, which is 0 when all of @in was read or the body
 * is done. 0; -EBADMSG: no well-formed chunks. */
int http_body_next(struct http_body *b, struct cursor *in, const uint8_t **data,
		   size_t *len);

#endif
