#include "http/connection.h"

#include "lib/klibc.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

#define REQUEST_MS 10000 /* from the first byte to the end of the head */
#define IDLE_MS	   30000
#define ANSWER_MS  30000
#define LINGER_MS  2000

void connection_open(struct connection *c, int fd, uint64_t now_ms)
{
	int on = 1;

	c->state = CONNECTION_READING;
	c->fd = fd;
	c->deadline_ms = now_ms + IDLE_MS;
	c->in_len = 0;
	response_init(&c->response);
	/* An answer is written whole; else its last segment may wait for an ACK. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void connection_close(struct connection *c)
{
	response_close(&c->response);
	close(c->fd);
	c->state = CONNECTION_FREE;
}

static void linger(struct connection *c, uint64_t now_ms)
{
	response_close(&c->response);
	(void)shutdown(c->fd, SHUT_WR);
	c->state = CONNECTION_LINGERING;
	c->deadline_ms = now_ms + LINGER_MS;
}

static void start_answer(struct connection *c, const struct http_context *context,
			 const struct http_request *request, uint64_t now_ms)
{
	struct buf head = BUF_OVER(c->head);

	if (request->refusal)
		response_set_status(&c->response, request->refusal);
	else
		routes_answer(context, request, &c->response);
	/* Nothing here reads bodies, and who promises one may or may not send it. */
	c->keep_alive = request->keep_alive && !request->has_body;
	response_write_head(&c->response, c->keep_alive, &head);
	context->counters->answers[response_status_index(c->response.status)]++;
	if (request->method == HTTP_HEAD)
		c->response.body_len = 0;
	c->state = CONNECTION_WRITING;
	c->deadline_ms = now_ms + ANSWER_MS;
	c->request_len = request->head_len;
	c->head_len = head.len;
	c->sent = 0;
}

/* False: the request is not complete. */
static bool take_request(struct connection *c, const struct http_context *context,
			 uint64_t now_ms)
{
	struct http_request request;

	if (http_parse(c->in, c->in_len, &request) == -EAGAIN)
		return false;
	start_answer(c, context, &request, now_ms);
	return true;
}

/* Functions named step_… do one system call's worth; false: enough for now. */
static bool step_reading(struct connection *c, const struct http_context *context,
			 uint64_t now_ms)
{
	ssize_t len = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (len <= 0) {
		connection_close(c);
		return false;
	}
	if (c->in_len == 0)
		c->deadline_ms = now_ms + REQUEST_MS;
	c->in_len += (size_t)len;
	return take_request(c, context, now_ms);
}

static ssize_t write_memory(struct connection *c)
{
	size_t head_sent = c->sent < c->head_len ? c->sent : c->head_len;
	size_t body_sent = c->sent - head_sent;
	struct iovec parts[] = {
		{ c->head + head_sent, c->head_len - head_sent },
		{ (char *)c->response.body + body_sent,
		  c->response.body_len - body_sent },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(c->fd, &message, MSG_NOSIGNAL);
}

static ssize_t write_file(struct connection *c)
{
	off_t off = (off_t)(c->sent - c->head_len);

	if (c->sent < c->head_len)
		return send(c->fd, c->head + c->sent, c->head_len - c->sent,
			    MSG_NOSIGNAL | (c->response.body_len ? MSG_MORE : 0));
	return sendfile(c->fd, c->response.file, &off,
			c->response.body_len - (size_t)off);
}

/* Moves what the client has sent ahead to the front. */
static bool next_request(struct connection *c, const struct http_context *context,
			 uint64_t now_ms)
{
	response_close(&c->response);
	response_init(&c->response);
	c->in_len -= c->request_len;
	memmove(c->in, c->in + c->request_len, c->in_len);
	c->state = CONNECTION_READING;
	c->deadline_ms = now_ms + (c->in_len ? REQUEST_MS : IDLE_MS);
	return c->in_len == 0 || take_request(c, context, now_ms);
}

static bool step_writing(struct connection *c, const struct http_context *context,
			 uint64_t now_ms)
{
	ssize_t len = c->response.file >= 0 ? write_file(c) : write_memory(c);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* 0: the file is shorter than it was, and the length is already out */
	if (len <= 0) {
		connection_close(c);
		return false;
	}
	c->sent += (size_t)len;
	if (c->sent < c->head_len + c->response.body_len)
		return true;
	if (c->keep_alive)
		return next_request(c, context, now_ms);
	linger(c, now_ms);
	return true;
}

static bool step_lingering(struct connection *c)
{
	ssize_t len = recv(c->fd, c->in, sizeof(c->in), 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (len <= 0)
		connection_close(c);
	return false; /* one buffer a turn: others want to be served too */
}

void connection_serve(struct connection *c, const struct http_context *context,
		      uint64_t now_ms)
{
	bool more = true;

	while (more) {
		switch (c->state) {
		case CONNECTION_READING:
			more = step_reading(c, context, now_ms);
			break;
		case CONNECTION_WRITING:
			more = step_writing(c, context, now_ms);
			break;
		case CONNECTION_LINGERING:
			more = step_lingering(c);
			break;
		case CONNECTION_FREE:
			more = false;
			break;
		}
	}
}

short connection_events(const struct connection *c)
{
	return c->state == CONNECTION_WRITING ? POLLOUT : POLLIN;
}

void connection_expire(struct connection *c, const struct http_context *context,
		       uint64_t now_ms)
{
	static const struct http_request too_slow = { .refusal = 408 };

	if (c->state != CONNECTION_READING || c->in_len == 0) {
		connection_close(c);
		return;
	}
	start_answer(c, context, &too_slow, now_ms);
	connection_serve(c, context, now_ms);
}

bool connection_is_idle(const struct connection *c)
{
	return c->state == CONNECTION_READING && c->in_len == 0;
}
