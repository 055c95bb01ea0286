#include "initramfs/access_log.h"

#include "lib/date.h"

#include <stdio.h>

static const char *const methods[] = {
	[HTTP_GET] = "GET",	    [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST",
	[HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "-",
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* A request's bytes are printable ASCII, but a quote must not end the word it stands in. */
static void put_quoted(struct buf *line, struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.s[i] == '"' || t.s[i] == '\\')
			buf_puts(line, "\\");
		buf_put(line, &t.s[i], 1);
	}
}

/* Of a request that was refused, maybe nothing is known. */
static void put_request(struct buf *line, const struct http_request *request)
{
	bool is_known = !request->refusal && request->method != HTTP_OTHER;

	if (request->refusal) {
		buf_puts(line, "-");
		return;
	}
	buf_printf(line, "%s ", methods[request->method]);
	put_quoted(line, is_known ? request->path : text_of("-"));
	if (is_known && request->query.s) {
		buf_puts(line, "?");
		put_quoted(line, request->query);
	}
	buf_printf(line, " HTTP/1.%d", request->is_1_0 ? 0 : 1);
}

void access_log_print(const struct http_peer *peer, const struct http_request *request,
		      const struct response *response, int64_t now_s)
{
	struct date d = date_of(now_s);
	bool is_sent = request->method != HTTP_HEAD && !response->no_length;
	char storage[2 * HTTP_LINE_MAX + 256];
	struct buf line = BUF_OVER(storage);

	buf_printf(&line, "%s - - [%02d/%s/%04d:%02d:%02d:%02d +0000] \"", peer->name,
		   d.day, months[d.month - 1], (int)d.year, d.hour, d.minute, d.second);
	put_request(&line, request);
	buf_printf(&line, "\" %u %llu\n", response->status,
		   is_sent ? (unsigned long long)response->body_len : 0);
	(void)fwrite(line.data, 1, line.len, stdout); /* a log nobody reads is none */
	(void)fflush(stdout);
}
