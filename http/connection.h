/* One client: reads a request with its body, writes the answer, and again while both want to.
 * Everything it needs is in its struct; it never blocks and never allocates. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include "http/answer.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/server.h"
#include "http/transport.h"

#define CONNECTION_IN_SIZE \
	(HTTP_HEAD_MAX + 1024) /* behind the longest head comes its body */

enum connection_state {
	CONNECTION_FREE,
	CONNECTION_HANDSHAKE,
	CONNECTION_READING, /* a head */
	CONNECTION_READY,   /* the next one has come already */
	CONNECTION_BODY,
	CONNECTION_WRITING,
	CONNECTION_TUNNEL,
	CONNECTION_LINGERING, /* says no more, lets the client finish: else it may lose
				 the answer */
};

/* What all connections of a server share. */
struct connection_service {
	const struct http_handler *handler;
	struct http_counters *counters;
	bool draining; /* an answer that starts now is the last of its connection */
};

/* In an order that keeps together what every request needs: with a struct that begins a page, a short
 * request and a short answer from recent files touch two pages of it, and the others stay unused. */
struct connection {
	struct http_body body; /* its data first */
	enum connection_state state;
	struct transport transport;
	struct http_peer peer;
	uint64_t deadline_ms; /* call connection_expire() then */

	/* private */
	uint64_t since_ms; /* it last came further then */
	bool keep_alive;
	unsigned turn;	       /* answers since the others had theirs */
	uint64_t window_bytes; /* that went out since the deadline was set */
	size_t in_len;	       /* bytes in @in */
	size_t used;	       /* of them, by the request and its body */
	struct http_request request;
	struct answer answer;
	char in[CONNECTION_IN_SIZE];
};

/* Takes over @fd, which does not block; c->peer is filled. False: it cannot, and is closed. */
bool connection_open(struct connection *c, int fd, const struct tls_identity *identity,
		     uint64_t now_ms);
void connection_close(struct connection *c);

/* Says no more: closes when the client has finished, or soon. */
void connection_linger(struct connection *c, uint64_t now_ms);

/* Call when poll() has seen one of connection_events(), or there are news for c->answer. */
void connection_serve(struct connection *c, const struct connection_service *service,
		      uint64_t now_ms);
short connection_events(const struct connection *c);

/* Is there nothing to send until something happens that the answer can tell? */
bool connection_awaits_news(const struct connection *c);

/* Too slow: 408 if half a request has come, else closes. */
void connection_expire(struct connection *c, const struct connection_service *service,
		       uint64_t now_ms);

/* Waits for a request, or for something to happen that it could tell. */
bool connection_is_idle(const struct connection *c);

/* How long it has been that the client keeps a place without doing its part: asking, finishing what
 * it asks, taking the answer, hanging up. 0: it does it. */
uint64_t connection_waited_ms(const struct connection *c, uint64_t now_ms);

#endif
