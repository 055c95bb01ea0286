/* A whole connection: the first byte says how the rest is cut into pieces, which come one after the
 * other. A second reader, which sees all at once and knows nothing of states, says how many requests
 * are in there: so many answers there must be, none before its request is complete, and none to what
 * follows a refusal. In the end everything is closed by its deadline. */
#include "http/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t tell(void *ctx, struct response *response, uint64_t now_ms)
{
	(void)ctx;
	response->more_at_ms = now_ms + 1;
	if (response->more_offset++ > 2)
		return 0;
	memcpy(response->text, "news", 4);
	return response->more_offset == 1 ? -EAGAIN : 4;
}

static void handle(void *ctx, const struct http_exchange *x, struct response *response)
{
	unsigned *asked = ctx;

	(*asked)++;
	if (x->body.len > HTTP_BODY_MAX || x->request->refusal)
		abort();
	if (x->request->query.s) {
		response->status = 200;
		response->more = tell;
	} else {
		response_set_status(response, 404);
	}
}

/* What the second reader finds: complete requests, and what stands behind the last of them. */
struct found {
	unsigned complete;
	bool refused; /* the next is wrong */
	bool half;    /* or incomplete */
	bool closed;  /* or not to be looked at */
};

static const char *find(const char *s, size_t len, const char *part)
{
	size_t part_len = strlen(part);

	for (; len >= part_len; s++, len--)
		if (memcmp(s, part, part_len) == 0)
			return s;
	return NULL;
}

/* The value behind @name in a head that was found good, or NULL. */
static const char *value_of(const char *head, size_t len, const char *name)
{
	const char *line = head, *end;

	for (; (end = find(line, len - (size_t)(line - head), "\r\n")); line = end + 2)
		if (strncasecmp(line, name, strlen(name)) == 0)
			return line + strlen(name) + strspn(line + strlen(name), " \t");
	return NULL;
}

/* A line without its CRLF, of @len bytes that are there; a limit of 256 is part of the form. Bytes with
 * the CRLF; 0: incomplete; -1: wrong. */
static ssize_t skip_line(const char *s, size_t len)
{
	const char *end = memchr(s, '\r', len);
	size_t line = end ? (size_t)(end - s) : len;

	if (memchr(s, '\n', line) || memchr(s, '\0', line))
		return -1;
	if (line + (line < len) > 256 || (line + 1 < len && line + 2 > 256))
		return -1;
	if (line + 1 >= len)
		return 0;
	return end[1] == '\n' ? (ssize_t)line + 2 : -1;
}

/* The same of the line before a chunk. */
static ssize_t skip_size(const char *s, size_t len, size_t *size)
{
	ssize_t line = skip_line(s, len);
	size_t digits = 0, end = line > 0 ? (size_t)line - 2 : len;

	*size = 0;
	for (; digits < end && memchr("0123456789abcdefABCDEF", s[digits], 22);
	     digits++) {
		*size = *size * 16 + strtoul((char[]){ s[digits], '\0' }, NULL, 16);
		if (*size > HTTP_BODY_MAX)
			return -1;
	}
	if (digits == 0 && end)
		return -1;
	while (digits < end && (s[digits] == ' ' || s[digits] == '\t'))
		digits++;
	if (digits < end && s[digits] != ';' && s[digits] != '\r')
		return -1;
	return line > 0 && digits == 0 ? -1 : line;
}

static ssize_t skip_trailers(const char *s, size_t len)
{
	size_t off = 0, counted = 0;
	ssize_t line;

	do {
		line = skip_line(s + off, len - off);
		counted += line > 0 ? (size_t)line - 1 : len - off;
		if (line < 0 || counted > 2048)
			return -1;
		off += line ? (size_t)line : len - off;
	} while (line > 2);
	return line ? (ssize_t)off : 0;
}

/* The length of a body in chunks (RFC 9112, 7.1); 0: incomplete; -1: wrong. */
static ssize_t skip_chunks(const char *s, size_t len)
{
	size_t off = 0, kept = 0, size;
	ssize_t line, trailers;

	while ((line = skip_size(s + off, len - off, &size)) > 0 && size) {
		size_t there;

		off += (size_t)line;
		there = size < len - off ? size : len - off;
		kept += there;
		if (kept > HTTP_BODY_MAX)
			return -1;
		if (size + 2 > len - off)
			return size < len - off && s[off + size] != '\r' ? -1 : 0;
		off += size;
		if (memcmp(s + off, "\r\n", 2) != 0)
			return -1;
		off += 2;
	}
	if (line <= 0)
		return line;
	off += (size_t)line;
	trailers = skip_trailers(s + off, len - off);
	return trailers > 0 ? (ssize_t)off + trailers : trailers;
}

/* Where the body ends by the lines of the head, which must be what the parser says of them. */
static ssize_t skip_body(const struct http_request *request, const char *head, size_t len)
{
	const char *rest = head + request->head_len;
	const char *length = value_of(head, request->head_len, "Content-Length:");
	size_t left = len - request->head_len;
	unsigned long body_len = length ? strtoul(length, NULL, 10) : 0;

	if (request->chunked !=
	    (value_of(head, request->head_len, "Transfer-Encoding:") != NULL))
		abort();
	if (request->body_len != body_len || (length && request->chunked))
		abort();
	if (request->chunked)
		return skip_chunks(rest, left);
	if (body_len > HTTP_BODY_MAX)
		return -1;
	return body_len > left ? 0 : (ssize_t)body_len;
}

static struct found read_all(const char *data, size_t size)
{
	struct found found = { .complete = 0 };
	size_t off = 0;

	while (!found.refused && !found.half && !found.closed) {
		struct http_request request;
		int err = http_parse(data + off, size - off, &request);
		ssize_t body;

		if (err == -EAGAIN) {
			found.half = size > off;
			break;
		}
		found.refused = err != 0;
		if (err)
			break;
		/* it ends where a blank line does, and not before */
		if (memcmp(data + off + request.head_len - 4, "\r\n\r\n", 4) != 0)
			abort();
		body = skip_body(&request, data + off, size - off);
		found.refused = body < 0;
		found.half = body == 0 && (request.chunked || request.body_len);
		if (found.refused || found.half)
			break;
		off += request.head_len + (size_t)body;
		found.complete++;
		found.closed = !request.keep_alive ||
			       (request.is_1_0 && request.query.s) || off == size;
	}
	return found;
}

/* How many answers have come. No body has such a line. */
static unsigned count_answers(int fd)
{
	static char data[1 << 20];
	unsigned count = 0;
	size_t len = 0;
	ssize_t got;
	const char *s = data;

	while ((got = read(fd, data + len, sizeof(data) - len)) > 0)
		len += (size_t)got;
	while ((s = find(s, len - (size_t)(s - data), "HTTP/1.1 ")))
		count += memcmp(s += 9, "100", 3) != 0;
	return count;
}

/* As poll() would: serves when there is something to do, else lets time pass. */
static void go_on(struct connection *c, const struct connection_service *service,
		  bool all_sent, uint64_t *now_ms)
{
	struct pollfd fd = { .fd = c->transport.fd, .events = connection_events(c) };

	if (poll(&fd, 1, 0) > 0) {
		connection_serve(c, service, *now_ms);
	} else if (all_sent) {
		*now_ms = c->deadline_ms;
		connection_expire(c, service, *now_ms);
	} else if (c->state == CONNECTION_WRITING && c->answer.waiting) {
		connection_serve(c, service, *now_ms); /* news */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct connection c;
	unsigned asked = 0, answers = 0;
	const struct http_handler handler = { .answer = handle, .ctx = &asked };
	struct http_counters counters = { .accepted = 0 };
	const struct connection_service service = { .handler = &handler,
						    .counters = &counters };
	size_t step = size ? data[0] + 1 : 1, off = 0;
	const char *text = (const char *)data + (size > 0);
	struct found found;
	uint64_t now_ms = 1000;
	int pair[2];

	size -= size > 0;
	found = read_all(text, size);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
		abort();
	if (!connection_open(&c, pair[1], NULL, now_ms))
		abort();
	for (size_t round = 0; c.state != CONNECTION_FREE; round++) {
		size_t len = size - off < step ? size - off : step;

		if (round > 2 * size + 1000) /* everything ends by its deadlines */
			abort();
		if (len && write(pair[0], text + off, len) == (ssize_t)len)
			off += len;
		go_on(&c, &service, off == size, &now_ms);
		answers += count_answers(pair[0]);
		if (size < 512 && asked > read_all(text, off).complete)
			abort();
	}
	if (asked != found.complete ||
	    answers != found.complete + (found.refused || found.half))
		abort();
	close(pair[0]);
	return 0;
}
