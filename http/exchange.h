/* What an answer is made from: who asks, and what. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "http/parse.h"
#include "http/response.h"

#define HTTP_PEER_NAME_SIZE 64
#define HTTP_TOKEN_SIZE	    264 /* of the longest token, with its NUL */

struct http_peer {
	char name[HTTP_PEER_NAME_SIZE]; /* "192.0.2.7", "fe80::1", "vsock:3", "unix" */
	bool local;			/* it came by loopback, vsock or a UNIX socket */
	bool tls;			/* nobody between us reads along */
	bool certified;			/* by a client certificate that we trust */
};

struct http_exchange {
	const struct http_request *request;
	const struct http_peer *peer;
	struct text body;
	uint64_t now_ms;
};

struct http_handler {
	/* Fills @response, which response_init() has seen; never without a status. */
	void (*answer)(void *ctx, const struct http_exchange *exchange,
		       struct response *response);
	/* Told of every answer that is about to go out, also of those to wrong requests, of which
	 * only the method counts; may add fields. May be NULL. */
	void (*answered)(void *ctx, const struct http_peer *peer,
			 const struct http_request *request, struct response *response);
	void *ctx;
};

#endif
