#include "http/events.h"

#include "http/page_parts.h"

#include <errno.h>
#include <string.h>

#define TEXT_EVENTS  "text/event-stream"
#define LOG_SIZE     16384
#define HEARTBEAT_MS 15000
#define STREAM_MS    300000
#define RETRY_MS     1000

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

uint64_t events_line_us(const char *line)
{
	uint64_t us = 0;
	unsigned places = 0;

	if (*line++ != '[')
		return 0;
	while (*line == ' ')
		line++;
	for (; is_digit(*line); line++)
		us = us * 10 + (unsigned)(*line - '0');
	if (*line++ != '.')
		return 0;
	for (; is_digit(*line); line++, places++)
		us = us * 10 + (unsigned)(*line - '0');
	return places == 6 && *line == ']' ? us : 0;
}

/* The lines behind the last that was sent, each a `data:` of one event. They fit: the answer has room
 * for twice the log. */
static void put_log(const struct http_context *context, uint64_t *sent_us,
		    struct buf *out)
{
	char log[LOG_SIZE];
	bool any = false;
	char *line = log, *end;

	(void)page_read(context, "boot.log", log,
			sizeof(log)); /* "" when there is none */
	for (char *c = log; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			*c = ' '; /* a CR would end the line for the client */
	for (; (end = strchr(line, '\n')); line = end + 1) {
		uint64_t us = events_line_us(line);

		if (us <= *sent_us)
			continue;
		*end = '\0';
		buf_printf(out, "%sdata: %s\n", any ? "" : "event: log\n", line);
		*sent_us = us;
		any = true;
	}
	if (any)
		buf_printf(out, "id: %llu\n\n", (unsigned long long)*sent_us);
}

static void put_status(const struct http_context *context, struct buf *out)
{
	buf_printf(out, "event: status\ndata: {\"failed\":%s}\n\n",
		   context->health->failed ? "true" : "false");
}

/* @more_offset is the time of the last line sent, @more_seen the news that were told. */
static ssize_t more(void *ctx, struct response *response, uint64_t now_ms)
{
	const struct http_context *context = ctx;
	struct buf out = BUF_OVER(response->text);

	if (context->ending || now_ms >= response->more_until_ms)
		return 0;
	if (!response->more_seen)
		buf_printf(&out, "retry: %u\n\n", RETRY_MS);
	if (response->more_seen != context->news) {
		put_log(context, &response->more_offset, &out);
		put_status(context, &out);
		response->more_seen = context->news;
	} else if (now_ms >= response->more_at_ms) {
		buf_puts(&out, ":\n\n");
	}
	if (!out.len)
		return -EAGAIN;
	response->more_at_ms = now_ms + HEARTBEAT_MS;
	return (ssize_t)out.len;
}

void events_answer(const struct http_context *context,
		   const struct http_exchange *exchange, struct response *response)
{
	struct text last = exchange->request->fields[HTTP_LAST_EVENT_ID];

	response->status = 200;
	response->type = TEXT_EVENTS;
	response->own = true;
	if (text_parse_u64(last, &response->more_offset))
		response->more_offset = 0;
	response->more = more;
	response->more_ctx = (void *)context;
	response->more_seen = 0; /* nothing yet: news count from 1 */
	response->more_at_ms = exchange->now_ms + HEARTBEAT_MS;
	response->more_until_ms = exchange->now_ms + STREAM_MS;
}
