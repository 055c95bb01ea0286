#include "http/listen.h"
#include "http/parse.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOST "Host: a\r\n"

static struct http_request parsed(const char *s)
{
	struct http_request request;

	if (http_parse(s, strlen(s), &request))
		fail_msg("refused with %u: %s", request.refusal, s);
	return request;
}

static void assert_refused(const char *data, size_t len, unsigned status)
{
	struct http_request request;
	int err = http_parse(data, len, &request);

	if (err != -EBADMSG || request.refusal != status)
		fail_msg("%d, %u instead of %u: %.60s", err, request.refusal, status,
			 data);
	assert_false(request.keep_alive);
}

static void a_plain_request(void **state)
{
	static const char text[] =
		"GET /a/b?c=d HTTP/1.1\r\nHost: a.b:80\r\nX:\r\n\r\nGET /next";
	struct http_request r = parsed(text);

	(void)state;
	assert_int_equal(r.method, HTTP_GET);
	assert_true(text_is(r.path, "/a/b"));
	assert_true(text_is(r.query, "c=d"));
	assert_true(text_is(r.fields[HTTP_HOST], "a.b:80"));
	assert_null(r.fields[HTTP_RANGE].s);
	assert_int_equal(r.head_len, strlen(text) - strlen("GET /next"));
	assert_true(r.keep_alive);
	assert_int_equal(r.body_len, 0);
}

static void it_is_complete_with_its_last_byte_and_not_before(void **state)
{
	static const char text[] =
		"\r\nHEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct http_request r;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(http_parse(text, len, &r), -EAGAIN);
	assert_int_equal(http_parse(text, strlen(text), &r), 0);
	assert_int_equal(r.method, HTTP_HEAD);
}

static void connections_are_kept_as_both_want(void **state)
{
	static const struct {
		const char *text;
		bool keep_alive;
	} rows[] = {
		{ "GET / HTTP/1.1\r\n" HOST "\r\n", true },
		{ "GET / HTTP/1.9\r\n" HOST "\r\n", true },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: x, CLOSE\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\n" HOST "connection:close\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parsed(rows[i].text).keep_alive, rows[i].keep_alive);
}

static void targets(void **state)
{
	static const struct {
		const char *target, *path, *query, *host;
	} rows[] = {
		{ "/", "/", NULL, "a" },
		{ "/?", "/", "", "a" },
		{ "//x", "//x", NULL, "a" },
		{ "/..%2f?a?b", "/..%2f", "a?b", "a" },
		{ "http://h/x?y", "/x", "y", "h" },
		{ "HTTPS://h:80/x", "/x", NULL, "h:80" },
		{ "http://h", "/", NULL, "h" },
		{ "http://h?q", "/", "q", "h" },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request r;

		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "\r\n",
			 rows[i].target);
		r = parsed(text);
		assert_true(text_is(r.path, rows[i].path));
		assert_true(text_is(r.fields[HTTP_HOST], rows[i].host));
		if (rows[i].query)
			assert_true(text_is(r.query, rows[i].query));
		else
			assert_null(r.query.s);
	}
	assert_true(text_is(parsed("OPTIONS * HTTP/1.1\r\n" HOST "\r\n").path, "*"));
}

static void lengths_and_chunks_of_bodies(void **state)
{
	struct http_request r;

	(void)state;
	r = parsed("POST / HTTP/1.1\r\n" HOST "Content-Length: 65536\r\n\r\n");
	assert_int_equal(r.body_len, 65536);
	assert_false(r.chunked);
	r = parsed("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n");
	assert_true(r.chunked);
	r = parsed("PUT / HTTP/1.1\r\n" HOST
		   "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n");
	assert_true(r.expects_continue);
	assert_int_equal(r.method, HTTP_OTHER);
}

static void values_are_kept_without_their_blanks_and_the_first_counts(void **state)
{
	struct http_request r = parsed(
		"GET / HTTP/1.1\r\n" HOST "RANGE: \tbytes=0-1 \r\nRange: bytes=2-3\r\n"
		"upgrade:websocket\r\nConnection: x, Upgrade\r\nIf-Match:\r\n\r\n");

	(void)state;
	assert_true(text_is(r.fields[HTTP_RANGE], "bytes=0-1"));
	assert_true(text_is(r.fields[HTTP_UPGRADE], "websocket"));
	assert_true(r.wants_upgrade);
	assert_non_null(r.fields[HTTP_IF_MATCH].s);
	assert_int_equal(r.fields[HTTP_IF_MATCH].len, 0);
}

static void what_is_wrong_is_refused_with_its_status(void **state)
{
	static const struct {
		unsigned status;
		const char *text;
	} rows[] = {
		{ 400, "GET / HTTP/1.1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\x80\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\n" },
		{ 400, "GET / HTTP/1.1\r\nHost: a\n\n" },
		{ 400, "\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X: ab\n\r\n" },
		{ 400, "GET /\r\n" },
		{ 400, "GET  / HTTP/1.1\r\n" },
		{ 400, "GET /  HTTP/1.1\r\n" },
		{ 400, " GET / HTTP/1.1\r\n" },
		{ 400, "GET / HTTP/1.1 \r\n" },
		{ 400, "GET / http/1.1\r\n" },
		{ 400, "GET / HTTP/1.10\r\n" },
		{ 400, "GET / HTTP/x.1\r\n" },
		{ 400, "GET x HTTP/1.1\r\n" },
		{ 400, "GET * HTTP/1.1\r\n" },
		{ 400, "GET /# HTTP/1.1\r\n" },
		{ 400, "GET /\x7f HTTP/1.1\r\n" },
		{ 400, "GET /\xc3\xa4 HTTP/1.1\r\n" },
		{ 400, "GET / \rHTTP/1.1\r\n" },
		{ 400, "G@T / HTTP/1.1\r\n" },
		{ 400, "\x16\x03\x01" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST " X: a\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST
		       "Content-Length: 1\r\nContent-Length: 1\r\n\r\n" },
		{ 400, "GET / HTTP/1.1\r\n" HOST
		       "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" },
		{ 400, "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" },
		{ 400, "GET http:///x HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "GET http://a@b/ HTTP/1.1\r\n" HOST "\r\n" },
		{ 400, "POST * HTTP/1.1\r\n" HOST "\r\n" },
		{ 400,
		  "POST / HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" },
		{ 417, "GET / HTTP/1.1\r\n" HOST "Expect: a-cake\r\n\r\n" },
		{ 413, "GET / HTTP/1.1\r\n" HOST
		       "Content-Length: 18446744073709551617\r\n\r\n" },
		{ 501, "BREW / HTTP/1.1\r\n" HOST "\r\n" },
		{ 501, "get / HTTP/1.1\r\n" HOST "\r\n" },
		{ 501,
		  "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n" },
		{ 505, "GET / HTTP/2.0\r\n" HOST "\r\n" },
		{ 505, "GET / HTTP/0.9\r\n" HOST "\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, strlen(rows[i].text), rows[i].status);
	assert_refused("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", 27, 400);
}

static void what_is_too_long_is_refused_as_soon_as_it_is(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\n" HOST;
	char data[2 * HTTP_HEAD_MAX];
	struct http_request r;
	size_t len = strlen(head);

	(void)state;
	memset(data, 'a', sizeof(data));
	memcpy(data, "GET /", 5);
	assert_int_equal(http_parse(data, HTTP_LINE_MAX, &r), -EAGAIN);
	assert_refused(data, HTTP_LINE_MAX + 1, 414);
	memcpy(data + 4000, " HTTP/1.1\r\n", 11);
	assert_refused(data, 5000, 414);

	memset(data, 'a', sizeof(data));
	memcpy(data, head, len);
	assert_int_equal(http_parse(data, HTTP_HEAD_MAX - 1, &r), -EAGAIN);
	assert_refused(data, HTTP_HEAD_MAX, 431);
	assert_refused(data, sizeof(data), 431);

	for (int i = 0; i < HTTP_FIELDS_MAX; i++, len += 6)
		memcpy(data + len, "X: y\r\n", 6);
	assert_refused(data, len, 431);

	for (size_t i = 0; i < sizeof(data); i += 2)
		memcpy(data + i, "\r\n", 2);
	assert_refused(data, sizeof(data), 400);
}

static void listen_forms(void **state)
{
	static const struct {
		const char *text, *name;
		bool tls;
	} good[] = {
		{ "", "*:80" },
		{ "1", "*:80" },
		{ "", "*:443", true },
		{ "8080", "*:8080" },
		{ "127.0.0.1:81", "127.0.0.1:81" },
		{ "0.0.0.0:65535", "0.0.0.0:65535" },
		{ "[::1]:80", "[::1]:80" },
		{ "[::]:80", "*:80" },
		{ "[2001:db8::a]:8443", "[2001:db8::a]:8443", true },
		{ "vsock:80", "vsock:80" },
		{ "unix:/run/http", "unix:/run/http" },
	};
	static const char *const bad[] = {
		"0",
		"65536",
		"-1",
		"x",
		":80",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:0",
		"[::1]",
		"::1:80",
		"[127.0.0.1]:1",
		"127.0.0.1:80:",
		"vsock:",
		"vsock:3:80",
		"unix:",
		"unix:http",
		"[fe80::1%1]:80",
		"localhost:80",
		"1000.1000.1000.1000:80",
		"80 ",
	};
	struct http_listen listen;
	char name[HTTP_LISTEN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(http_listen_parse(good[i].text, good[i].tls, &listen),
				 0);
		assert_int_equal(listen.tls, good[i].tls);
		http_listen_format(&listen, name);
		assert_string_equal(name, good[i].name);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_listen_parse(bad[i], false, &listen) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_request),
		cmocka_unit_test(it_is_complete_with_its_last_byte_and_not_before),
		cmocka_unit_test(connections_are_kept_as_both_want),
		cmocka_unit_test(targets),
		cmocka_unit_test(lengths_and_chunks_of_bodies),
		cmocka_unit_test(
			values_are_kept_without_their_blanks_and_the_first_counts),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_status),
		cmocka_unit_test(what_is_too_long_is_refused_as_soon_as_it_is),
		cmocka_unit_test(listen_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
