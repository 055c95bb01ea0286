/* One client: reads a request, writes the answer, and again while both want to.
 * Everything it needs is in its struct; it never blocks and never allocates. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "http/parse.h"
#include "http/response.h"
#include "http/routes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum connection_state {
	CONNECTION_FREE,
	CONNECTION_READING,
	CONNECTION_WRITING,
	CONNECTION_LINGERING, /* says no more, lets the client finish: else it may lose
				 the answer */
};

struct connection {
	enum connection_state state;
	int fd;
	uint64_t deadline_ms; /* call connection_expire() then */

	/* private */
	bool keep_alive;
	size_t in_len, request_len;
	size_t head_len, sent; /* bytes of head and body that are gone */
	char in[HTTP_HEAD_MAX];
	char head[768];
	struct response response;
};

/* Takes over @fd, which does not block. */
void connection_open(struct connection *c, int fd, uint64_t now_ms);
void connection_close(struct connection *c);

/* Call when poll() has seen one of connection_events(). */
void connection_serve(struct connection *c, const struct http_context *context,
		      uint64_t now_ms);
short connection_events(const struct connection *c);

/* Too slow: 408 if half a request has come, else closes. */
void connection_expire(struct connection *c, const struct http_context *context,
		       uint64_t now_ms);

/* Between two requests: may be closed in favour of a new client. */
bool connection_is_idle(const struct connection *c);

#endif
