/* The HTTP server: listeners and connections in one poll() loop that belongs to the caller, so that
 * it can wait for other things too. Knows no routes: whoever makes it answers. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/exchange.h"
#include "http/listen.h"

#include <poll.h>

struct tls_identity; /* lib/tls.h */

struct http_server_config {
	const struct http_listen *listen;
	unsigned listen_count;
	unsigned
		connections_max; /* then the one that has been idle for longest gives way */
	unsigned per_peer_max;	 /* of one address; 0: no limit */
	const struct tls_identity *identity; /* for the listeners with TLS; NULL: none */
	struct http_handler handler;
};

struct http_counters {
	uint64_t answers[RESPONSE_STATUSES]; /* by response_status_index() */
	uint64_t accepted, refused;	     /* connections; the latter for a limit */
	uint64_t bytes_sent;
	uint32_t connections; /* open now */
};

struct http_server;

/* Opens every listener it can, each said in the log. Borrows @config. 0; -ENOMEM; the last error
 * when not a single one could be opened, -ENOKEY for want of an identity. */
int http_server_open(const struct http_server_config *config, struct http_server **out);
void http_server_close(struct http_server *server);

/* How many entries http_server_poll() writes at most. */
unsigned http_server_poll_max(const struct http_server *server);

/* Fills in what to wait for, and how long at most (-1: without limit). Returns the count. */
unsigned http_server_poll(struct http_server *server, struct pollfd *fds,
			  int *timeout_ms);

/* After poll(), with the same entries. */
void http_server_serve(struct http_server *server, const struct pollfd *fds);

/* Answers that wait for more have news. */
void http_server_wake(struct http_server *server);

/* Takes no new clients; true when the last connection has gone. */
bool http_server_drain(struct http_server *server);

const struct http_counters *http_server_counters(const struct http_server *server);

#endif
