/* One file over HTTP, in as many connections as it takes: what to ask for, and what to make of the
 * answer (RFC 9110, 13 and 14). Pure. */
#ifndef NETROOT_TRANSFER_H
#define NETROOT_TRANSFER_H

#include "lib/buf.h"
#include "netroot/http_head.h"
#include "netroot/url.h"

struct transfer {
	uint64_t size_max;
	uint64_t offset; /* bytes that are there; kept up by the caller */
	uint64_t total;	 /* 0: not known */
	bool was_resumed;
	bool no_range;	     /* what the server made of ranges was wrong */
	char validator[128]; /* of what is there: If-Range; "": none */
};

enum transfer_verdict {
	TRANSFER_ON,   /* the body goes on at @offset */
	TRANSFER_ANEW, /* the body is the whole file: what is there must go; @offset is 0 */
	TRANSFER_REDIRECT, /* to head->location */
	TRANSFER_LATER,	   /* try again */
	TRANSFER_TOO_LARGE,
};

/* Writes the head of the request for @url: with @by_proxy in the form that proxies take. */
void transfer_request(const struct transfer *t, const struct url *url, bool by_proxy,
		      struct buf *out);

/* What the answer means; with the last two, @why gets the reason. */
enum transfer_verdict transfer_judge(struct transfer *t, const struct http_head *head,
				     struct buf *why);

/* Forgets what is there. */
void transfer_restart(struct transfer *t);

#endif
