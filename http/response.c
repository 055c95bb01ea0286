#include "http/response.h"

#include "lib/fd.h"

#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

static const struct status {
	unsigned code;
	const char *reason;
} statuses[HTTP_STATUSES] = {
	{ 500, "Internal Server Error" },
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 431, "Request Header Fields Too Large" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

unsigned response_status(unsigned index)
{
	return statuses[index].code;
}

unsigned response_status_index(unsigned status)
{
	for (unsigned i = 0; i < HTTP_STATUSES; i++)
		if (statuses[i].code == status)
			return i;
	return 0;
}

void response_init(struct response *response)
{
	response->status = 0;
	response->type = TEXT_PLAIN;
	response->body = NULL;
	response->body_len = 0;
	response->file = -1;
}

void response_close(struct response *response)
{
	fd_close(&response->file);
}

struct buf response_start_text(struct response *response, unsigned status,
			       const char *type)
{
	response->status = status;
	response->type = type ? type : TEXT_PLAIN;
	return BUF_OVER(response->text);
}

void response_end_text(struct response *response, const struct buf *body)
{
	response->body = response->text;
	response->body_len = body->len;
}

void response_set_status(struct response *response, unsigned status)
{
	struct buf body = response_start_text(response, status, NULL);

	buf_printf(&body, "%u %s\n", status,
		   statuses[response_status_index(status)].reason);
	response_end_text(response, &body);
}

void response_set_static(struct response *response, const char *type, const char *body)
{
	response->status = 200;
	response->type = type;
	response->body = body;
	response->body_len = strlen(body);
}

/* No Date: a machine that boots has no clock to vouch for (RFC 9110, 6.6.1). */
void response_write_head(const struct response *response, bool keep_alive,
			 struct buf *out)
{
	buf_printf(out, "HTTP/1.1 %u %s\r\n", response->status,
		   statuses[response_status_index(response->status)].reason);
	buf_printf(out, "Content-Type: %s\r\nContent-Length: %lu\r\n", response->type,
		   (unsigned long)response->body_len);
	if (response->status == 405)
		buf_puts(out, "Allow: GET, HEAD\r\n");
	if (response->status == 503)
		buf_puts(out, "Retry-After: 1\r\n");
	buf_puts(out, "Cache-Control: no-store\r\n"
		      "X-Content-Type-Options: nosniff\r\n"
		      "Referrer-Policy: no-referrer\r\n"
		      "Content-Security-Policy: default-src 'none'; script-src 'self'; "
		      "style-src 'self'; connect-src 'self'; base-uri 'none'; "
		      "form-action 'none'; frame-ancestors 'none'\r\n");
	buf_printf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}
