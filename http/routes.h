/* Which answer belongs to a request. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "http/http.h"
#include "http/parse.h"
#include "http/response.h"

#include <stdint.h>

struct http_counters {
	uint64_t answers[HTTP_STATUSES]; /* by response_status_index() */
	uint32_t connections;		 /* open now */
};

/* What an answer may be made of. */
struct http_context {
	const struct http_config *config;
	const struct http_health *health;
	struct http_counters *counters;
};

/* Fills @response, which response_init() has seen; never without a status. */
void routes_answer(const struct http_context *context, const struct http_request *request,
		   struct response *response);

#endif
