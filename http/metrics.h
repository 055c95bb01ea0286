/* The metrics of this boot in Prometheus' text format 0.0.4. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "http/routes.h"

#include "lib/buf.h"

void metrics_write(const struct http_context *context, struct buf *out);

#endif
