/* Looking up the addresses of a name: which question goes to which server and when it is asked again.
 * Pure: the caller owns sockets and clocks.
 *
 * A and AAAA are asked at the same time; a server that does not answer, or not with an answer, is
 * followed by the next. With the first family found, the other one has a moment more (RFC 8305, 3). */
#ifndef NETROOT_DNS_LOOKUP_H
#define NETROOT_DNS_LOOKUP_H

#include "netroot/dns_packet.h"

#include <stdint.h>

enum dns_action {
	DNS_ASK, /* everything that is pending, of @server by UDP: forget older questions */
	DNS_ASK_TCP, /* @tcp, of @server by TCP, and give the answer or dns_lookup_failed() */
	DNS_WAIT,      /* for answers, until @wake_ms */
	DNS_FOUND,     /* @found */
	DNS_NOT_FOUND, /* no server has addresses for it */
	DNS_NO_ANSWER, /* from any server; @rcode is that of the last that refused, or 0 */
};

enum dns_question {
	DNS_QUESTION_AAAA,
	DNS_QUESTION_A,
	DNS_QUESTIONS,
};

enum dns_state {
	DNS_PENDING,
	DNS_TRUNCATED, /* to be asked over TCP */
	DNS_FAILED,    /* with this server */
	DNS_ANSWERED,
};

struct dns_lookup {
	const char *name, *search; /* borrowed */
	unsigned server_count;

	char asked[DNS_NAME_SIZE]; /* the name with a domain of the search list */
	unsigned candidate;	   /* how many of these names were asked before */
	bool was_plain;		   /* the name itself was asked */
	unsigned attempts;	   /* with this name */
	unsigned server;
	enum dns_question tcp;
	enum dns_state state[DNS_QUESTIONS];
	struct addresses found;
	uint64_t wake_ms;
	uint8_t rcode;
};

/* DNS_A, DNS_AAAA. */
enum dns_type dns_question_type(enum dns_question q);

/* @search: domains separated by blanks, or NULL; a name with a dot is tried as it is first, one with
 * a dot at its end only so (resolv.conf(5), ndots:1). */
void dns_lookup_start(struct dns_lookup *l, const char *name, const char *search,
		      unsigned server_count);

/* What to do now. */
enum dns_action dns_lookup_step(struct dns_lookup *l, uint64_t now_ms);

/* What came in for a pending question. */
void dns_lookup_answer(struct dns_lookup *l, enum dns_question q,
		       const struct dns_answer *answer, uint64_t now_ms);
void dns_lookup_failed(struct dns_lookup *l, enum dns_question q);

#endif
