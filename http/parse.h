/* The head of an HTTP/1.x request (RFC 9112). Pure. Strict where servers and proxies have
 * been known to differ: bare LF, blanks before a colon, folded lines, repeated or
 * contradictory lengths, a missing or repeated Host are all refused. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "http/text.h"

#define HTTP_HEAD_MAX	8192
#define HTTP_LINE_MAX	2100 /* of the request line, which is a target of about 2 KB */
#define HTTP_FIELDS_MAX 64   /* lines */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_OPTIONS,
	HTTP_OTHER, /* known, but nothing here answers it */
};

/* The fields whose values are kept. Of one that stands there twice the first counts; where that
 * would let two readers differ (Host, the lengths) the request is refused. */
enum http_field {
	HTTP_HOST,
	HTTP_ACCEPT,
	HTTP_ACCEPT_ENCODING,
	HTTP_AUTHORIZATION,
	HTTP_CONTENT_TYPE,
	HTTP_IF_MATCH,
	HTTP_IF_MODIFIED_SINCE,
	HTTP_IF_NONE_MATCH,
	HTTP_IF_RANGE,
	HTTP_IF_UNMODIFIED_SINCE,
	HTTP_LAST_EVENT_ID,
	HTTP_ORIGIN,
	HTTP_RANGE,
	HTTP_SEC_FETCH_SITE,
	HTTP_SEC_WEBSOCKET_KEY,
	HTTP_SEC_WEBSOCKET_PROTOCOL,
	HTTP_SEC_WEBSOCKET_VERSION,
	HTTP_UPGRADE,
	HTTP_FIELD_COUNT,
};

struct http_request {
	enum http_method method;
	struct text
		path; /* as it came, from '/' to the query; undefined with HTTP_OTHER */
	struct text query; /* behind '?'; s is NULL without one */
	struct text fields
		[HTTP_FIELD_COUNT]; /* values without blanks around; s is NULL: absent */
	size_t head_len;	    /* bytes of the data up to the body */
	uint64_t body_len;	    /* 0 when @chunked */
	bool chunked;
	bool is_1_0;
	bool keep_alive;
	bool wants_upgrade; /* Connection: upgrade */
	bool expects_continue;
	unsigned refusal; /* the status to answer when the request is wrong */
};

/* @data may grow from call to call; what @out points to lies in it. 0; -EAGAIN: the head is not
 * complete; -EBADMSG: see out->refusal, and close the connection after the answer. */
int http_parse(const char *data, size_t len, struct http_request *out);

#endif
