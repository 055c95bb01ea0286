#include "http/response.h"

#include "lib/fd.h"

#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

static const struct status {
	unsigned code;
	const char *reason;
} statuses[RESPONSE_STATUSES] = {
	{ 500, "Internal Server Error" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

unsigned response_status(unsigned index)
{
	return index < RESPONSE_STATUSES ? statuses[index].code : 0;
}

unsigned response_status_index(unsigned status)
{
	for (unsigned i = 0; i < RESPONSE_STATUSES; i++)
		if (statuses[i].code == status)
			return i;
	return 0;
}

static void forget_body(struct response *response)
{
	fd_close(&response->file);
	response->body_len = 0;
	response->piece_count = 0;
	response->more = NULL;
	if (response->tunnel)
		response->tunnel->close(response->tunnel_ctx);
	response->tunnel = NULL;
}

void response_init(struct response *response)
{
	/* all but the texts behind them */
	memset(response, 0, offsetof(struct response, fields));
	response->file = -1;
}

void response_close(struct response *response)
{
	forget_body(response);
}

void response_add_field(struct response *response, const char *name, const char *fmt, ...)
{
	size_t size = sizeof(response->fields) - response->fields_len;
	struct buf b = buf_init(response->fields + response->fields_len, size);
	va_list args;

	if (size == 1)
		return;
	va_start(args, fmt);
	buf_printf(&b, "%s: ", name);
	buf_vprintf(&b, fmt, args);
	buf_puts(&b, "\r\n");
	va_end(args);
	if (!b.truncated) {
		response->fields_len += b.len;
		return;
	}
	response->fields_len = 0; /* half of them could mean something else */
	response_set_status(response, 500);
}

struct buf response_start_text(struct response *response, unsigned status,
			       const char *type)
{
	forget_body(response);
	response->status = status;
	response->type = type ? type : TEXT_PLAIN;
	return BUF_OVER(response->text);
}

void response_end_text(struct response *response, const struct buf *body)
{
	(void)response_add_memory(response, response->text, body->len);
}

void response_set_status(struct response *response, unsigned status)
{
	struct buf body = response_start_text(response, status, NULL);

	buf_printf(&body, "%u %s\n", status,
		   statuses[response_status_index(status)].reason);
	response_end_text(response, &body);
}

void response_set_methods(struct response *response, unsigned status, const char *allowed)
{
	if (status == 204) {
		response->status = 204;
		response->no_length = true;
	} else {
		response_set_status(response, status);
	}
	response_add_field(response, "Allow", "%s", allowed);
}

static bool add_piece(struct response *response, const char *data, uint64_t offset,
		      uint64_t len)
{
	if (response->piece_count == RESPONSE_PIECES_MAX)
		return false;
	if (len)
		response->pieces[response->piece_count++] =
			(struct response_piece){ data, offset, len };
	response->body_len += len;
	return true;
}

bool response_add_memory(struct response *response, const char *data, uint64_t len)
{
	return add_piece(response, data, 0, len);
}

bool response_add_file(struct response *response, uint64_t offset, uint64_t len)
{
	return add_piece(response, NULL, offset, len);
}

/* A page of ours shows what strangers called their disks: nothing but our own script may run in
 * it. Without any referrer browsers would not say either where a form comes from (Origin: null). */
static void put_policy(struct buf *out)
{
	buf_puts(out, "Cache-Control: no-store\r\n"
		      "Referrer-Policy: same-origin\r\n"
		      "Content-Security-Policy: default-src 'none'; script-src 'self'; "
		      "style-src 'self'; img-src 'self'; connect-src 'self'; "
		      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n");
}

/* No Date: a machine that boots has no clock to vouch for (RFC 9110, 6.6.1). */
void response_write_head(const struct response *response, bool keep_alive, bool chunked,
			 struct buf *out)
{
	buf_printf(out, "HTTP/1.1 %u %s\r\n", response->status,
		   statuses[response_status_index(response->status)].reason);
	if (response->type && !response->no_length)
		buf_printf(out, "Content-Type: %s\r\n", response->type);
	if (chunked)
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	else if (!response->no_length && !response->more)
		buf_printf(out, "Content-Length: %llu\r\n",
			   (unsigned long long)response->body_len);
	buf_put(out, response->fields, response->fields_len);
	buf_puts(out, "X-Content-Type-Options: nosniff\r\n");
	if (response->own)
		put_policy(out);
	if (response->status == 101)
		buf_puts(out, "\r\n");
	else
		buf_printf(out, "Connection: %s\r\n\r\n",
			   keep_alive ? "keep-alive" : "close");
}
