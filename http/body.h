/* The body of a request, by length or in chunks (RFC 9112, 6 and 7). Pure: takes the bytes as they
 * come and moves what they mean into the caller's memory. Chunk extensions and trailers are
 * skipped, within limits. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "http/parse.h"

#define HTTP_BODY_MAX 4096 /* of what is kept; who sends more gets a 413 */

struct http_body {
	char data[HTTP_BODY_MAX];
	size_t len; /* of what was kept */

	/* private */
	unsigned state;
	unsigned trailers; /* bytes */
	uint64_t left;	   /* of the length, or of the chunk */
	size_t line_len;   /* of the line of a chunk or trailer so far */
};

void http_body_start(struct http_body *body, const struct http_request *request);

/* *@used of @len bytes belong to the body. 0: it is complete; -EAGAIN: more is to come; -EMSGSIZE:
 * too long; -EBADMSG: not in the form of chunks. */
int http_body_take(struct http_body *body, const char *data, size_t len, size_t *used);

#endif
