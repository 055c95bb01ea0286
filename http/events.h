/* GET /api/v1/events: news of the boot as server-sent events (HTML, 9.2).
 *
 *   log     lines of boot.log; the id is the time of the last one in microseconds, so that
 *           Last-Event-ID goes on behind it
 *   status  {"failed":…}: status.json and timeline.json have changed
 *
 * and a comment every 15 s. A stream ends after 5 minutes; clients come again by themselves. */
#ifndef HTTP_EVENTS_H
#define HTTP_EVENTS_H

#include "http/context.h"
#include "http/exchange.h"

void events_answer(const struct http_context *context,
		   const struct http_exchange *exchange, struct response *response);

/* When this line of boot.log, "[seconds.micros] text", was written; 0: it is none. Pure. */
uint64_t events_line_us(const char *line);

#endif
