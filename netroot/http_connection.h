/* One request and its response: the connection to the server of a URL, straight or by the proxy. */
#ifndef NETROOT_HTTP_CONNECTION_H
#define NETROOT_HTTP_CONNECTION_H

#include "netroot/http_head.h"
#include "netroot/stream.h"

struct http_connection {
	struct stream stream;
	bool by_proxy; /* the request names the whole URL */
	char data[HTTP_HEAD_MAX];
	size_t len;	 /* of @data */
	size_t head_len; /* of these; what follows is of the body */
};

/* Functions return 0; -errno with the reason; -ECANCELED. The connection is closed by
 * http_connection_close() whatever they return. */
int http_connection_open(struct task *t, struct http_connection *c,
			 const struct url *url);

/* Sends the request and reads the final response's head. */
int http_connection_ask(struct task *t, struct http_connection *c, const char *request,
			size_t len, struct http_head *head);

/* The next bytes behind the head, valid until the next call. @len 0: the connection has ended. */
int http_connection_read(struct task *t, struct http_connection *c, const uint8_t **data,
			 size_t *len);

void http_connection_close(struct http_connection *c);

#endif
