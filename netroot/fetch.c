#include "netroot/fetch.h"

#include "netroot/http_body.h"
#include "netroot/http_connection.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>

#define REDIRECTS_MAX 10
#define REQUEST_SIZE  (2 * URL_SIZE + 1024)

static int take(struct task *t, struct fetch *f, const uint8_t *data, size_t len)
{
	struct transfer *tr = &f->transfer;
	int err;

	if (len > tr->size_max - tr->offset)
		return task_refuse(t, -EFBIG,
				   "it has more than %llu bytes, which do not fit",
				   (unsigned long long)tr->size_max);
	err = f->add(t, f->ctx, data, len);
	if (err)
		return err;
	tr->offset += len;
	task_went_on(t);
	if (f->has_progress)
		task_report_progress(t, tr->offset, tr->total);
	return 0;
}

/* One piece of what came in over the connection. */
static int take_all(struct task *t, struct fetch *f, struct http_body *body,
		    struct cursor *in)
{
	const uint8_t *data;
	size_t len;
	int err;

	do {
		if (http_body_next(body, in, &data, &len))
			return task_fail(
				t, -EBADMSG,
				"the server's answer is refused: its chunks are wrong");
		err = len ? take(t, f, data, len) : 0;
	} while (!err && len);
	return err;
}

/* The end of a body is not always the end of the file. */
static int check_end(struct task *t, struct fetch *f)
{
	struct transfer *tr = &f->transfer;

	if (!tr->total || tr->offset == tr->total)
		return 0;
	if (tr->offset > tr->total)
		transfer_restart(tr);
	return task_fail(t, -ECONNRESET,
			 "the server's answer has another length than it said");
}

static int receive_body(struct task *t, struct fetch *f, struct http_connection *c,
			const struct http_head *head)
{
	struct http_body body;
	const uint8_t *data;
	size_t len;
	int err = 0;

	if (head->is_chunked)
		http_body_chunked(&body);
	else
		http_body_of_length(&body, head->length);
	while (!err && body.state != HTTP_BODY_DONE) {
		struct cursor in;

		err = http_connection_read(t, c, &data, &len);
		if (!err && len == 0)
			err = task_fail(t, -ECONNRESET,
					"the connection broke after %llu bytes",
					(unsigned long long)f->transfer.offset);
		in = cursor_over(data, len);
		if (!err)
			err = take_all(t, f, &body, &in);
	}
	return err ? err : check_end(t, f);
}

/* -EAGAIN: go to @next. */
static int follow(struct task *t, const struct url *url, const struct http_head *head,
		  struct url *next)
{
	const char *why;

	if (url_resolve(url, head->location, next, &why))
		return task_fail(t, -EINVAL, "redirected to %.60s: %s", head->location,
				 why);
	if (url->is_https && !next->is_https)
		return task_refuse(t, -EPROTO, "redirected from https to %.60s: refused",
				   head->location);
	return -EAGAIN;
}

static int judge(struct task *t, struct fetch *f, struct http_connection *c,
		 const struct url *url, const struct http_head *head, struct url *next)
{
	char reason[128];
	struct buf why = BUF_OVER(reason);
	int err = 0;

	switch (transfer_judge(&f->transfer, head, &why)) {
	case TRANSFER_REDIRECT:
		return follow(t, url, head, next);
	case TRANSFER_TOO_LARGE:
		return task_refuse(t, -EFBIG, "%s", reason);
	case TRANSFER_LATER:
		t->pause_s = head->retry_after_s;
		return task_fail(t, -EREMOTEIO, "%s", reason);
	case TRANSFER_ANEW:
		err = f->restart(t, f->ctx);
		break;
	case TRANSFER_ON:
		break;
	}
	return err ? err : receive_body(t, f, c, head);
}

/* One request. 0: the file is whole; -EAGAIN: redirected to @next. */
static int get(struct task *t, struct fetch *f, const struct url *url, struct url *next)
{
	struct http_connection c;
	char request[REQUEST_SIZE];
	struct buf b = BUF_OVER(request);
	struct http_head head;
	int err = http_connection_open(t, &c, url);

	if (!err) {
		transfer_request(&f->transfer, url, c.by_proxy, &b);
		err = http_connection_ask(t, &c, request, b.len, &head);
	}
	if (!err)
		err = judge(t, f, &c, url, &head, next);
	http_connection_close(&c);
	return err;
}

/* Redirects are followed from the beginning each time: the next try may be sent elsewhere. */
static int try_once(struct task *t, struct fetch *f, const struct url *start)
{
	struct url url = *start, next;

	for (unsigned i = 0; i <= REDIRECTS_MAX; i++) {
		int err = get(t, f, &url, &next);

		if (err != -EAGAIN)
			return err;
		url = next;
	}
	return task_fail(t, -ELOOP, "redirected more than %u times", REDIRECTS_MAX);
}

int fetch_run(struct task *t, struct fetch *f, const struct url *url)
{
	int err;

	while ((err = try_once(t, f, url)) && err != -ECANCELED && !t->is_final) {
		err = task_pause(t);
		if (err)
			break;
	}
	return err;
}
