/* The small file that was answered with last, for the rest of that millisecond: under load the same
 * one is asked for many times over, and opening it is most of what an answer takes. */
#ifndef HTTP_RECENT_H
#define HTTP_RECENT_H

#include "http/representation.h"

#define RECENT_PATH_MAX 128
#define RECENT_DATA_MAX 4096
#define RECENT_ETAG_MAX 80

struct recent {
	bool is_there;
	bool wants_gzip; /* the client it was found for */
	uint64_t at_ms;	 /* of struct http_exchange */
	size_t path_len;
	char path[RECENT_PATH_MAX]; /* as it came */
	struct representation representation;
	char etag[RECENT_ETAG_MAX];
	char data[RECENT_DATA_MAX];
};

/* Reads @fd, the file that @r is of and @exchange asks for. False: it is none to be kept. */
bool recent_keep(struct recent *recent, const struct http_exchange *exchange,
		 const struct representation *r, int fd);

/* False: it is not the one that @exchange asks for. */
bool recent_answer(const struct recent *recent, const struct http_exchange *exchange,
		   struct response *response);

#endif
