#include "netroot/http_connection.h"

#include "netroot/dial.h"
#include "netroot/proxy.h"
#include "netroot/resolver.h"

#include "lib/buf.h"
#include "lib/clock.h"

#include <errno.h>
#include <string.h>

#define IDLE_MS	    30000
#define INTERIM_MAX 8 /* 1xx responses before the final one */

static uint64_t idle_until_ms(const struct task *t)
{
	uint32_t idle_s = t->request->idle_s;

	return clock_monotonic_ms() + (idle_s ? 1000ull * idle_s : IDLE_MS);
}

static int connect_to(struct task *t, struct http_connection *c, const struct url *url)
{
	struct addresses addresses;
	int err = resolver_find(t, url->host, &addresses);

	if (err)
		return err;
	c->stream.fd = dial(t, &addresses, url->port);
	return c->stream.fd < 0 ? c->stream.fd : 0;
}

/* The length of the head, once it is there. The whole of it has one limit of time, so that no server
 * keeps us by sending a byte now and then. */
static int read_head(struct task *t, struct http_connection *c, uint64_t until_ms)
{
	while (!(c->head_len = http_head_len(c->data, c->len))) {
		ssize_t got;

		if (c->len == sizeof(c->data))
			return task_fail(t, -EMSGSIZE,
					 "the head of the server's answer is too long");
		got = stream_read(t, &c->stream, c->data + c->len,
				  sizeof(c->data) - c->len, until_ms);
		if (got < 0)
			return (int)got;
		if (got == 0)
			return task_fail(
				t, -ECONNRESET,
				"the server closed the connection without an answer");
		c->len += (size_t)got;
	}
	return 0;
}

static void drop_head(struct http_connection *c)
{
	c->len -= c->head_len;
	memmove(c->data, c->data + c->head_len, c->len);
	c->head_len = 0;
}

int http_connection_ask(struct task *t, struct http_connection *c, const char *request,
			size_t len, struct http_head *head)
{
	uint64_t until_ms = idle_until_ms(t);
	int err = stream_write(t, &c->stream, request, len, until_ms);
	const char *why;

	for (unsigned i = 0; !err && i < INTERIM_MAX; i++) {
		err = read_head(t, c, until_ms);
		if (err)
			return err;
		if (http_head_parse(c->data, c->head_len, head, &why))
			return task_fail(t, -EBADMSG,
					 "the server's answer is refused: %s", why);
		if (head->status >= 200)
			return 0;
		drop_head(c);
	}
	return err ? err : task_fail(t, -EBADMSG, "the server's answer does not come");
}

/* RFC 9110, 9.3.6: from its 2xx on the proxy hands bytes to and fro. */
static int ask_for_tunnel(struct task *t, struct http_connection *c,
			  const struct url *url)
{
	char request[1024];
	struct buf b = BUF_OVER(request);
	struct http_head head;
	int err;

	buf_puts(&b, "CONNECT ");
	url_put_authority(&b, url, true);
	buf_puts(&b, " HTTP/1.1\r\nHost: ");
	url_put_authority(&b, url, true);
	buf_puts(&b, "\r\n\r\n");
	err = http_connection_ask(t, c, request, b.len, &head);
	if (err)
		return err;
	if (head.status > 299 || c->len > c->head_len)
		return task_fail(t, -ECONNREFUSED,
				 "the proxy refuses to connect: status %u", head.status);
	c->len = c->head_len = 0;
	return 0;
}

int http_connection_open(struct task *t, struct http_connection *c, const struct url *url)
{
	const char *text = t->request->proxy, *why;
	bool is_by_proxy =
		text && *text && !proxy_is_excepted(t->request->no_proxy, url->host);
	struct url proxy;
	int err;

	c->stream = (struct stream){ .fd = -1 };
	c->len = c->head_len = 0;
	c->by_proxy = is_by_proxy && !url->is_https;
	if (is_by_proxy && (url_parse(text, &proxy, &why) || proxy.is_https))
		return task_refuse(t, -EINVAL, "proxy %s: not http://HOST:PORT", text);
	err = connect_to(t, c, is_by_proxy ? &proxy : url);
	if (!err && url->is_https && is_by_proxy)
		err = ask_for_tunnel(t, c, url);
	if (!err && url->is_https)
		err = stream_start_tls(t, &c->stream, url);
	return err;
}

int http_connection_read(struct task *t, struct http_connection *c, const uint8_t **data,
			 size_t *len)
{
	ssize_t got;

	*data = (const uint8_t *)c->data + c->head_len;
	*len = c->len - c->head_len;
	c->len = c->head_len = 0;
	if (*len)
		return 0;
	got = stream_read(t, &c->stream, c->data, sizeof(c->data), idle_until_ms(t));
	if (got < 0)
		return (int)got;
	*data = (const uint8_t *)c->data;
	*len = (size_t)got;
	return 0;
}

void http_connection_close(struct http_connection *c)
{
	stream_close(&c->stream);
}
