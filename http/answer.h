/* An answer on its way to the client: head, pieces, then what comes later, in chunks if need be. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "http/parse.h"
#include "http/response.h"
#include "http/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANSWER_HEAD_SIZE 1536

struct answer {
	size_t head_len, head_sent;
	unsigned piece;	     /* the one that is on its way */
	uint64_t piece_sent; /* bytes of it that are gone */
	bool chunked;
	bool ended;	/* more() has nothing more */
	bool waiting;	/* for more(), not for the client */
	char frame[20]; /* the size of a chunk */
	char head[ANSWER_HEAD_SIZE];
	struct response response;
};

/* The response is filled; @keep_alive is what both sides wish, and becomes what is said. */
void answer_start(struct answer *a, const struct http_request *request, bool *keep_alive);

/* Sends what can be sent; *@sent counts the bytes. 0: all of it is gone; -EAGAIN: wait for the
 * transport, or with @waiting for news; -errno: close. */
int answer_send(struct answer *a, struct transport *t, uint64_t now_ms, uint64_t *sent);

#endif
