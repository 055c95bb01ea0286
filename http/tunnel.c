#include "http/tunnel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* 0: nothing is left to be said; -EAGAIN; other errors: close. */
static int send_out(struct connection *c)
{
	struct answer *a = &c->answer;
	struct response *r = &a->response;

	for (;;) {
		uint64_t sent = 0;
		ssize_t len = 0;
		int err;

		if (a->piece == r->piece_count)
			len = r->tunnel->fill(r->tunnel_ctx, r->text, sizeof(r->text));
		if (len < 0)
			return (int)len;
		if (len) {
			r->piece_count = a->piece = 0;
			(void)response_add_memory(r, r->text, (uint64_t)len);
		}
		if (a->piece == r->piece_count)
			return 0;
		err = answer_send(a, &c->transport, 0, &sent);
		if (err)
			return err;
	}
}

/* 1: something was taken; 0: what has come must wait; -errno. */
static int take_in(struct connection *c)
{
	const struct response *r = &c->answer.response;
	ssize_t len;

	if (c->in_len == 0) {
		len = transport_read(&c->transport, c->in, sizeof(c->in));
		if (len <= 0)
			return len ? (int)len : -ECONNRESET;
		c->in_len = (size_t)len;
	}
	len = r->tunnel->receive(r->tunnel_ctx, c->in, c->in_len);
	if (len < 0)
		return (int)len;
	c->in_len -= (size_t)len;
	memmove(c->in, c->in + len, c->in_len);
	return len > 0;
}

bool tunnel_step(struct connection *c)
{
	const struct response *r = &c->answer.response;
	int err = send_out(c);

	c->deadline_ms = r->tunnel->due_ms(r->tunnel_ctx);
	if (err == -EAGAIN)
		return false; /* the transport has said what it waits for */
	if (!err) {
		err = take_in(c);
		if (err == 0)
			c->transport.wants = 0; /* until the other side has room */
	}
	if (err < 0 && err != -EAGAIN)
		connection_close(c);
	return err > 0;
}
