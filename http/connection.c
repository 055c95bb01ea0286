#include "http/connection.h"

#include "http/tunnel.h"
#include "lib/kconfig.h"
#include "lib/klibc.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define HANDSHAKE_MS 10000
#define REQUEST_MS   10000 /* from the first byte to the end of the head */
#define IDLE_MS	     30000
#define LINGER_MS    2000
/* An answer that is fetched slower than this is not wanted. */
#define WINDOW_MS    30000
#define WINDOW_BYTES 16384
#define STALL_MS     1000 /* without progress; then it gives way when there is no room */
#define TURN_MAX     32	  /* answers to requests sent ahead */

static void set_deadline(struct connection *c, uint64_t now_ms, unsigned wait_ms)
{
	c->since_ms = now_ms;
	c->deadline_ms = now_ms + wait_ms;
}

bool connection_open(struct connection *c, int fd, const struct tls_identity *identity,
		     uint64_t now_ms)
{
	if (transport_open(&c->transport, fd, identity))
		return false;
	c->state = identity ? CONNECTION_HANDSHAKE : CONNECTION_READING;
	set_deadline(c, now_ms, identity ? HANDSHAKE_MS : IDLE_MS);
	c->in_len = c->used = 0;
	response_init(&c->answer.response);
	return true;
}

void connection_close(struct connection *c)
{
	response_close(&c->answer.response);
	transport_close(&c->transport);
	c->state = CONNECTION_FREE;
}

bool connection_awaits_news(const struct connection *c)
{
	return c->state == CONNECTION_WRITING && c->answer.waiting;
}

/* ---- one step after the other; false: enough for now */

/* Waits if that is all, else closes. */
static bool wait_or_close(struct connection *c, ssize_t err)
{
	if (err != -EAGAIN)
		connection_close(c);
	return false;
}

void connection_linger(struct connection *c, uint64_t now_ms)
{
	response_close(&c->answer.response);
	transport_shut(&c->transport);
	c->state = CONNECTION_LINGERING;
	set_deadline(c, now_ms, LINGER_MS);
}

static void start_window(struct connection *c, uint64_t now_ms)
{
	c->window_bytes = 0;
	set_deadline(c, now_ms, WINDOW_MS);
}

/* The response is filled. */
static bool start_answer(struct connection *c, const struct connection_service *service,
			 uint64_t now_ms)
{
	struct response *r = &c->answer.response;

	service->counters->answers[response_status_index(r->status)]++;
	if (service->handler->answered)
		service->handler->answered(service->handler->ctx, &c->peer, &c->request,
					   r);
	answer_start(&c->answer, &c->request, &c->keep_alive);
	c->state = CONNECTION_WRITING;
	start_window(c, now_ms);
	return true;
}

/* What comes behind a request that is refused may belong to it or not. */
static bool refuse(struct connection *c, const struct connection_service *service,
		   unsigned status, uint64_t now_ms)
{
	c->keep_alive = false;
	response_set_status(&c->answer.response, status);
	return start_answer(c, service, now_ms);
}

static bool answer(struct connection *c, const struct connection_service *service,
		   uint64_t now_ms)
{
	const struct http_exchange exchange = {
		.request = &c->request,
		.peer = &c->peer,
		.body = { c->body.data, c->body.len },
		.now_ms = now_ms,
	};

	service->handler->answer(service->handler->ctx, &exchange, &c->answer.response);
	return start_answer(c, service, now_ms);
}

static bool take_body(struct connection *c, const struct connection_service *service,
		      uint64_t now_ms)
{
	size_t used;
	int err = http_body_take(&c->body, c->in + c->used, c->in_len - c->used, &used);

	c->used += used;
	if (!err)
		return answer(c, service, now_ms);
	if (err != -EAGAIN)
		return refuse(c, service, err == -EMSGSIZE ? 413 : 400, now_ms);
	/* all of it was taken; the head stays, for the request points into it */
	c->in_len = c->used = c->request.head_len;
	return true;
}

/* Nobody who waits for it has sent more than fits into the socket's buffer. */
static bool say_continue(struct connection *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct iovec part = { (char *)text, sizeof(text) - 1 };

	return transport_write(&c->transport, &part, 1) == (ssize_t)part.iov_len;
}

static bool take_request(struct connection *c, const struct connection_service *service,
			 uint64_t now_ms)
{
	struct http_request *request = &c->request;
	bool has_all;

	if (http_parse(c->in, c->in_len, request) == -EAGAIN) {
		c->transport.wants = POLLIN;
		return true; /* read on */
	}
	c->keep_alive = request->keep_alive && !service->draining;
	if (request->refusal)
		return refuse(c, service, request->refusal, now_ms);
	c->used = request->head_len;
	http_body_start(&c->body, request);
	if (!request->chunked && !request->body_len)
		return answer(c, service, now_ms);
	if (request->body_len > sizeof(c->body.data))
		return refuse(c, service, 413, now_ms);
	c->state = CONNECTION_BODY;
	has_all = c->in_len - c->used >= request->body_len && !request->chunked;
	if (request->expects_continue && !has_all && !say_continue(c)) {
		connection_close(c);
		return false;
	}
	return take_body(c, service, now_ms);
}

static bool step_handshake(struct connection *c, uint64_t now_ms)
{
	int err = transport_handshake(&c->transport, &c->peer.certified);

	if (err)
		return wait_or_close(c, err);
	c->state = CONNECTION_READING;
	set_deadline(c, now_ms, IDLE_MS);
	return true;
}

static bool step_reading(struct connection *c, const struct connection_service *service,
			 uint64_t now_ms)
{
	ssize_t len = transport_read(&c->transport, c->in + c->in_len,
				     sizeof(c->in) - c->in_len);

	if (len <= 0)
		return wait_or_close(c, len);
	if (c->in_len == 0)
		set_deadline(c, now_ms, REQUEST_MS);
	c->in_len += (size_t)len;
	if (c->state == CONNECTION_BODY)
		return take_body(c, service, now_ms);
	return take_request(c, service, now_ms);
}

/* Moves what the client has sent ahead to the front. */
static void forget_request(struct connection *c)
{
	c->in_len -= c->used;
	memmove(c->in, c->in + c->used, c->in_len);
	c->used = 0;
}

static bool next_request(struct connection *c, uint64_t now_ms)
{
	bool others_turn = ++c->turn >= TURN_MAX, ready;

	response_close(&c->answer.response);
	response_init(&c->answer.response);
	forget_request(c);
	/* what TLS has decrypted already is seen by nobody who waits for the socket */
	ready = c->in_len || others_turn;
	c->state = ready ? CONNECTION_READY : CONNECTION_READING;
	set_deadline(c, now_ms, c->in_len ? REQUEST_MS : IDLE_MS);
	c->transport.wants = ready ? POLLOUT : POLLIN;
	/* poll() tells whether more has come, which is seldom yet; of TLS it cannot */
	return !others_turn && (c->in_len || c->transport.tls);
}

static bool step_writing(struct connection *c, const struct connection_service *service,
			 uint64_t now_ms)
{
	bool waited = c->answer.waiting;
	uint64_t sent = 0;
	int err = answer_send(&c->answer, &c->transport, now_ms, &sent);

	c->window_bytes += sent;
	service->counters->bytes_sent += sent;
	if (sent)
		c->since_ms = now_ms;
	if (err == -EAGAIN && c->answer.waiting)
		c->deadline_ms = c->answer.response.more_at_ms;
	else if (err == -EAGAIN && waited)
		start_window(c, now_ms);
	if (err)
		return wait_or_close(c, err);
	if (c->answer.response.tunnel) {
		forget_request(c);
		c->state = CONNECTION_TUNNEL;
	} else if (c->keep_alive) {
		return next_request(c, now_ms);
	} else {
		connection_linger(c, now_ms);
	}
	return true;
}

static bool step_lingering(struct connection *c)
{
	ssize_t len = transport_read(&c->transport, c->in, sizeof(c->in));

	/* one buffer a turn: others want to be served too */
	return len > 0 ? false : wait_or_close(c, len);
}

void connection_serve(struct connection *c, const struct connection_service *service,
		      uint64_t now_ms)
{
	bool more = true;

	c->turn = 0;
	while (more) {
		switch (c->state) {
		case CONNECTION_HANDSHAKE:
			more = step_handshake(c, now_ms);
			break;
		case CONNECTION_READING:
		case CONNECTION_BODY:
			more = step_reading(c, service, now_ms);
			break;
		case CONNECTION_WRITING:
			more = step_writing(c, service, now_ms);
			break;
		case CONNECTION_READY:
			c->state = CONNECTION_READING;
			more = take_request(c, service, now_ms);
			break;
		case CONNECTION_TUNNEL:
			more = IS_ENABLED(CONFIG_HTTP_CONSOLE) && tunnel_step(c, now_ms);
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
	/* who waits for news still says when he has gone */
	if (connection_awaits_news(c))
		return POLLRDHUP;
	return c->transport.wants;
}

void connection_expire(struct connection *c, const struct connection_service *service,
		       uint64_t now_ms)
{
	bool half = c->state == CONNECTION_READING && c->in_len;

	if (c->state == CONNECTION_TUNNEL || connection_awaits_news(c)) {
		connection_serve(c, service, now_ms);
	} else if (c->state == CONNECTION_WRITING && c->window_bytes >= WINDOW_BYTES) {
		start_window(c, now_ms);
	} else if (half || c->state == CONNECTION_BODY) {
		(void)refuse(c, service, 408, now_ms);
		connection_serve(c, service, now_ms);
	} else {
		connection_close(c);
	}
}

uint64_t connection_waited_ms(const struct connection *c, uint64_t now_ms)
{
	uint64_t waited_ms = now_ms - c->since_ms + 1;

	if (c->state == CONNECTION_TUNNEL || c->state == CONNECTION_FREE)
		return 0;
	if (c->state != CONNECTION_WRITING || c->answer.waiting)
		return waited_ms;
	return waited_ms > STALL_MS ? waited_ms - STALL_MS : 0;
}

bool connection_is_idle(const struct connection *c)
{
	return (c->state == CONNECTION_READING && c->in_len == 0) ||
	       connection_awaits_news(c);
}
