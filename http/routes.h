/* Which answer belongs to a request to the worker of a boot. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "http/context.h"
#include "http/exchange.h"

/* For struct http_handler; @ctx is a struct http_context. */
void routes_answer(void *ctx, const struct http_exchange *exchange,
		   struct response *response);

#endif
