#include "http/recent.h"

#include "http/coding.h"

#include "lib/str.h"

#include <string.h>
#include <unistd.h>

static bool wants_gzip(const struct http_exchange *exchange)
{
	return coding_prefers_gzip(exchange->request->fields[HTTP_ACCEPT_ENCODING]);
}

bool recent_keep(struct recent *recent, const struct http_exchange *exchange,
		 const struct representation *r, int fd)
{
	struct text path = exchange->request->path;

	recent->is_there = false;
	if (path.len > sizeof(recent->path) || r->len > sizeof(recent->data) ||
	    str_copy(recent->etag, sizeof(recent->etag), r->validators.etag) ||
	    pread(fd, recent->data, r->len, 0) != (ssize_t)r->len)
		return false;
	recent->is_there = true;
	recent->wants_gzip = wants_gzip(exchange);
	recent->at_ms = exchange->now_ms;
	recent->path_len = path.len;
	memcpy(recent->path, path.s, path.len);
	recent->representation = *r;
	recent->representation.validators.etag = recent->etag;
	return true;
}

bool recent_answer(const struct recent *recent, const struct http_exchange *exchange,
		   struct response *response)
{
	struct text path = exchange->request->path;
	struct representation r = recent->representation;
	char *data = response->text;

	if (!recent->is_there || recent->at_ms != exchange->now_ms ||
	    recent->path_len != path.len || memcmp(recent->path, path.s, path.len) != 0 ||
	    recent->wants_gzip != wants_gzip(exchange))
		return false;
	/* a copy: it may take the client a while; at the end, where no other text gets to */
	data += sizeof(response->text) - r.len;
	memcpy(data, recent->data, r.len);
	r.data = data;
	representation_answer(&r, exchange, response);
	return true;
}
