/* A file in the state in which it is sent, and what a request gets of it: the whole, parts, or word
 * that the client has it already (RFC 9110, 13 to 15). */
#ifndef HTTP_REPRESENTATION_H
#define HTTP_REPRESENTATION_H

#include "http/conditional.h"
#include "http/exchange.h"

struct representation {
	const char *type; /* static storage */
	struct validators validators;
	bool is_gzip; /* the twin of the file */
	bool varies;  /* other clients may get another twin */
	uint64_t len;
	const char *data; /* static storage; NULL: response->file, which is open */
};

/* Answers a GET or HEAD. */
void representation_answer(const struct representation *r,
			   const struct http_exchange *exchange,
			   struct response *response);

#endif
