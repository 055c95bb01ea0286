/* The head of an HTTP/1.x request (RFC 9112). Pure. Strict where servers and proxies have
 * been known to differ: bare LF, blanks before a colon, folded lines, repeated or
 * contradictory lengths, a missing or repeated Host are all refused. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_HEAD_MAX	8192
#define HTTP_LINE_MAX	2100 /* of the request line, which is a target of about 2 KB */
#define HTTP_FIELDS_MAX 64
#define HTTP_BODY_MAX	65536

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OTHER, /* known, but nothing here answers it */
};

struct http_request {
	enum http_method method;
	const char *path; /* into the data: from '/' to the query; undefined with
			     HTTP_OTHER */
	size_t path_len;
	size_t head_len; /* bytes of @data up to the body */
	bool has_body;	 /* which nothing here wants */
	bool keep_alive;
	unsigned refusal; /* the status to answer when the request is wrong */
};

/* @data may grow from call to call. 0; -EAGAIN: the head is not complete; -EBADMSG: see
 * out->refusal, and close the connection after the answer. */
int http_parse(const char *data, size_t len, struct http_request *out);

#endif
