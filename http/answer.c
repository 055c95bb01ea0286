#include "http/answer.h"

#include "lib/klibc.h"

#include <errno.h>
#include <poll.h>

#define PARTS_MAX 6
#define TURN_MAX  (4U << 20) /* then it is the turn of the other connections */

/* A small file is quicker read than sent from where it lies, and goes out with the head. */
static void take_small_file(struct response *r)
{
	struct response_piece *piece = &r->pieces[0];

	if (r->piece_count != 1 || piece->data || piece->len > sizeof(r->text) ||
	    pread(r->file, r->text, piece->len, (off_t)piece->offset) !=
		    (ssize_t)piece->len)
		return;
	piece->data = r->text;
}

void answer_start(struct answer *a, const struct http_request *request, bool *keep_alive)
{
	struct response *r = &a->response;
	struct buf head = BUF_OVER(a->head);
	bool has_body = request->method != HTTP_HEAD && !r->no_length;

	a->chunked = r->more && !request->is_1_0;
	if (r->more && !a->chunked)
		*keep_alive = false; /* its end is the end of the connection */
	response_write_head(r, *keep_alive, a->chunked, &head);
	if (head.truncated) { /* fields and all: larger than a program of ours should make it */
		response_set_status(r, 500);
		r->fields_len = 0;
		head = BUF_OVER(a->head);
		response_write_head(r, *keep_alive, false, &head);
	}
	if (!has_body) {
		r->piece_count = 0;
		r->more = NULL;
	}
	take_small_file(r);
	a->head_len = head.len;
	a->head_sent = a->piece = 0;
	a->piece_sent = 0;
	a->ended = !r->more;
	a->waiting = false;
}

/* Of the pieces that lie in memory, what one call may take. */
static unsigned gather(const struct answer *a, struct iovec parts[PARTS_MAX])
{
	const struct response *r = &a->response;
	uint64_t skip = a->piece_sent;
	unsigned count = 0;

	if (a->head_sent < a->head_len)
		parts[count++] = (struct iovec){ (char *)a->head + a->head_sent,
						 a->head_len - a->head_sent };
	for (unsigned i = a->piece;
	     i < r->piece_count && r->pieces[i].data && count < PARTS_MAX; i++) {
		parts[count++] = (struct iovec){ (char *)r->pieces[i].data + skip,
						 (size_t)(r->pieces[i].len - skip) };
		skip = 0;
	}
	return count;
}

static void advance(struct answer *a, uint64_t len)
{
	const struct response *r = &a->response;
	size_t head = a->head_len - a->head_sent;

	if (head > len)
		head = (size_t)len;
	a->head_sent += head;
	len -= head;
	while (len) {
		uint64_t left = r->pieces[a->piece].len - a->piece_sent;

		if (len < left) {
			a->piece_sent += len;
			return;
		}
		len -= left;
		a->piece++;
		a->piece_sent = 0;
	}
}

static ssize_t send_some(const struct answer *a, struct transport *t)
{
	const struct response_piece *piece = &a->response.pieces[a->piece];
	struct iovec parts[PARTS_MAX];
	unsigned count = gather(a, parts);

	if (count)
		return transport_write(t, parts, count);
	return transport_send_file(t, a->response.file, piece->offset + a->piece_sent,
				   piece->len - a->piece_sent);
}

/* The next chunk as pieces. 0; -EAGAIN. */
static int make_more(struct answer *a, uint64_t now_ms)
{
	struct response *r = &a->response;
	struct buf frame = BUF_OVER(a->frame);
	ssize_t len = r->more(r->more_ctx, r, now_ms);

	if (len < 0)
		return (int)len;
	a->ended = len == 0;
	a->piece = r->piece_count = 0;
	if (a->chunked) {
		/* the last one is followed by trailers, which there are none of */
		buf_printf(&frame, "%lx\r\n", (unsigned long)len);
		(void)response_add_memory(r, a->frame, frame.len);
	}
	(void)response_add_memory(r, r->text, (uint64_t)len);
	if (a->chunked)
		(void)response_add_memory(r, "\r\n", 2);
	return 0;
}

int answer_send(struct answer *a, struct transport *t, uint64_t now_ms, uint64_t *sent)
{
	uint64_t turn = 0;

	a->waiting = false;
	for (;;) {
		ssize_t len;

		if (a->head_sent == a->head_len && a->piece == a->response.piece_count) {
			int err = a->ended ? 0 : make_more(a, now_ms);

			a->waiting = err == -EAGAIN;
			if (err || a->piece == a->response.piece_count)
				return err;
		}
		len = send_some(a, t);
		/* 0: the file is shorter than it was, and its length is already out */
		if (len <= 0)
			return len ? (int)len : -EIO;
		advance(a, (uint64_t)len);
		*sent += (uint64_t)len;
		turn += (uint64_t)len;
		if (turn > TURN_MAX) {
			t->wants = POLLOUT;
			return -EAGAIN;
		}
	}
}
