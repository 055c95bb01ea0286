#include "http/tunnel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define TURN_MAX 16 /* fills at a time: then it is the client's turn to say something */
#define STUCK_MS 30000 /* without a byte that the client takes */

/* 0: all that there is for now has gone; -EAGAIN: the client takes no more; other errors: close. */
static int send_out(struct connection *c, uint64_t *sent)
{
	struct answer *a = &c->answer;
	struct response *r = &a->response;

	for (unsigned turn = 0; turn < TURN_MAX; turn++) {
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
		err = answer_send(a, &c->transport, 0, sent);
		if (err)
			return err;
	}
	return 0; /* poll() will find more where that came from */
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

/* When it is to be called again; false: the client has taken nothing for too long. */
static bool set_deadline(struct connection *c, bool stuck, bool was_stuck,
			 uint64_t now_ms)
{
	const struct response *r = &c->answer.response;

	if (!stuck)
		c->deadline_ms = r->tunnel->due_ms(r->tunnel_ctx);
	else if (!was_stuck)
		c->deadline_ms = now_ms + STUCK_MS;
	return !stuck || now_ms < c->deadline_ms;
}

bool tunnel_step(struct connection *c, uint64_t now_ms)
{
	bool had_more = c->answer.piece < c->answer.response.piece_count;
	uint64_t sent = 0;
	int out = send_out(c, &sent), in;
	short out_wants = out == -EAGAIN ? c->transport.wants : 0;

	if (out == -ESHUTDOWN) {
		connection_linger(c, now_ms);
		return true;
	}
	if ((out && out != -EAGAIN) ||
	    !set_deadline(c, out == -EAGAIN, had_more && !sent, now_ms)) {
		connection_close(c);
		return false;
	}
	/* also when the client is slow: Ctrl-C must get through */
	in = take_in(c);
	if (in < 0 && in != -EAGAIN) {
		connection_close(c);
		return false;
	}
	if (in == 0)
		c->transport.wants = 0; /* until the other side has room */
	c->transport.wants |= out_wants;
	return in > 0;
}
