/* The head of an HTTP/1.x response (RFC 9112). Pure. Strict where lengths could be read in two ways:
 * repeated or contradictory ones are refused. */
#ifndef NETROOT_HTTP_HEAD_H
#define NETROOT_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 16384

struct http_head {
	unsigned status;
	bool is_1_0;
	bool has_length, is_chunked, has_range;
	uint64_t length;		   /* Content-Length */
	uint64_t range_first, range_last;  /* Content-Range */
	uint64_t range_total;		   /* 0: not known */
	uint32_t retry_after_s;		   /* 0: not given, or a date */
	char location[1024];		   /* "": none */
	char etag[128], last_modified[64]; /* for If-Range; "": none, weak or too long */
};

/* Bytes of @data up to the body; 0: the head is not complete. */
size_t http_head_len(const char *data, size_t len);

/* Reads the head that is the first @len bytes of @data, which it cuts to pieces. 0; -EBADMSG, and
 * @why (static storage) says why it is refused. */
int http_head_parse(char *data, size_t len, struct http_head *out, const char **why);

#endif
