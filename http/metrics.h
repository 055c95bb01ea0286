/* The metrics of this boot and of the worker itself, in Prometheus' text format 0.0.4. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "http/context.h"
#include "http/exchange.h"

void metrics_answer(const struct http_context *context,
		    const struct http_exchange *exchange, struct response *response);

#endif
