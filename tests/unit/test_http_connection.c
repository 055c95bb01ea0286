/* A client's side of a connection over a socket pair: what it sends, in pieces of any size, and what
 * it is told. */
#include "http/connection.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a\r\n"

static struct fixture {
	struct connection c;
	struct http_counters counters;
	struct http_handler handler;
	struct connection_service service;
	int client;
	unsigned asked, news;	      /* how often the handler was; what it has to tell */
	char body[HTTP_BODY_MAX + 1]; /* of the last request */
	char answer[262144];
} f;

static ssize_t tell_news(void *ctx, struct response *r, uint64_t now_ms)
{
	struct buf b = BUF_OVER(r->text);

	(void)ctx;
	r->more_at_ms = now_ms + 15000;
	if (!f.news)
		return -EAGAIN;
	if (f.news == 99)
		return 0;
	buf_printf(&b, "news %u\n", f.news);
	f.news = 0;
	return (ssize_t)b.len;
}

/* "/ok", "/stream", "/file" */
static void handle(void *ctx, const struct http_exchange *x, struct response *r)
{
	(void)ctx;
	f.asked++;
	memcpy(f.body, x->body.s, x->body.len);
	f.body[x->body.len] = '\0';
	if (text_is(x->request->path, "/stream")) {
		r->status = 200;
		r->type = "text/plain";
		r->more = tell_news;
	} else if (text_is(x->request->path, "/file")) {
		r->status = 200;
		r->file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		(void)response_add_file(r, 1, 3);
		(void)response_add_memory(r, "|", 1);
		(void)response_add_file(r, 0, 100000);
	} else {
		struct buf b = response_start_text(r, 200, NULL);

		buf_puts(&b, "ok\n");
		response_end_text(r, &b);
	}
}

static int set_up(void **state)
{
	int pair[2];

	(void)state;
	memset(&f, 0, offsetof(struct fixture, answer));
	f.handler.answer = handle;
	f.service = (struct connection_service){ &f.handler, &f.counters };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	f.client = pair[0];
	assert_true(connection_open(&f.c, pair[1], NULL, 1000));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (f.c.state != CONNECTION_FREE)
		connection_close(&f.c);
	close(f.client);
	return 0;
}

/* All that the client is told until there is no more. */
static const char *read_all(void)
{
	size_t len = 0;
	ssize_t got;

	do {
		if (f.c.state != CONNECTION_FREE)
			connection_serve(&f.c, &f.service, 1000);
		got = read(f.client, f.answer + len, sizeof(f.answer) - 1 - len);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	f.answer[len] = '\0';
	return f.answer;
}

static const char *talk(const char *request)
{
	assert_int_equal(write(f.client, request, strlen(request)), strlen(request));
	return read_all();
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void requests_sent_ahead_are_answered_in_order(void **state)
{
	const char *answer =
		talk("GET /ok HTTP/1.1\r\n" HOST "\r\n"
		     "HEAD /ok HTTP/1.1\r\n" HOST "\r\n"
		     "POST /x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
		     "GET /y HTTP/1.1\r\n" HOST "\r\nGET");

	(void)state;
	assert_int_equal(f.c.state, CONNECTION_READING);
	assert_int_equal(f.asked, 4);
	assert_int_equal(count_of(answer, "HTTP/1.1 200 OK\r\n"), 4);
	assert_int_equal(count_of(answer, "Content-Length: 3\r\n"), 4);
	assert_int_equal(count_of(answer, "\r\n\r\nok\n"), 3);
}

static void more_requests_than_fit_into_a_turn_are_answered_too(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(write(f.client, "GET /ok HTTP/1.1\r\n" HOST "\r\n", 29),
				 29);
	connection_serve(&f.c, &f.service, 1000);
	assert_int_equal(f.asked, 32);
	assert_int_equal(connection_events(&f.c), POLLOUT);
	read_all();
	assert_int_equal(f.asked, 100);
}

/* TLS may hold more than the socket shows, so it is not enough to wait for the socket. */
static void after_its_turn_it_looks_for_more_without_being_told(void **state)
{
	(void)state;
	for (int i = 0; i < 32; i++)
		assert_int_equal(write(f.client, "GET /ok HTTP/1.1\r\n" HOST "\r\n", 29),
				 29);
	connection_serve(&f.c, &f.service, 1000);
	assert_int_equal(f.asked, 32);
	assert_int_equal(connection_events(&f.c), POLLOUT);
	connection_serve(&f.c, &f.service, 1000);
	assert_int_equal(connection_events(&f.c), POLLIN);
	assert_true(connection_is_idle(&f.c));
}

static void a_request_may_come_byte_by_byte(void **state)
{
	static const char text[] =
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"3;x=y\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX: y\r\n\r\n";

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		assert_int_equal(f.asked, 0);
		assert_int_equal(write(f.client, text + i, 1), 1);
		connection_serve(&f.c, &f.service, 1000);
	}
	assert_int_equal(f.asked, 1);
	assert_string_equal(f.body, "abc0123456789");
	assert_int_equal(f.c.state, CONNECTION_READING);
}

static void who_asks_before_sending_is_told_to_go_on(void **state)
{
	(void)state;
	assert_string_equal(talk("POST / HTTP/1.1\r\n" HOST
				 "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
			    "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(f.asked, 0);
	talk("abc");
	assert_string_equal(f.body, "abc");
	/* who has sent already is not told */
	assert_null(strstr(talk("POST / HTTP/1.1\r\n" HOST
				"Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"),
			   "100 Continue"));
	assert_int_equal(f.asked, 2);
}

static void an_answer_to_a_wrong_request_is_the_last(void **state)
{
	static const char *const requests[] = {
		"GET / HTTP/1.1\r\n\r\nGET /ok HTTP/1.1\r\n" HOST "\r\n",
		"GET /ok HTTP/1.0\r\n\r\nGET /ok HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 4097\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\na",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
		"POST / HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\n\r\n",
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *answer = talk(requests[i]);

		assert_int_equal(f.c.state, CONNECTION_LINGERING);
		assert_int_equal(count_of(answer, "HTTP/1.1 "), 1);
		assert_non_null(strstr(answer, "Connection: close\r\n"));
		tear_down(state);
		set_up(state);
	}
}

static void a_file_goes_out_in_its_pieces(void **state)
{
	const char *answer = talk("GET /file HTTP/1.1\r\n" HOST "\r\n");
	size_t head = (size_t)(strstr(answer, "\r\n\r\n") + 4 - answer);

	(void)state;
	assert_memory_equal(answer + head, "ELF|\177ELF", 8);
	assert_int_equal(f.c.state, CONNECTION_READING);
	assert_int_equal(f.counters.bytes_sent, head + 100004);
}

static void news_come_in_chunks_when_there_are_any(void **state)
{
	(void)state;
	assert_non_null(strstr(talk("GET /stream HTTP/1.1\r\n" HOST "\r\n"),
			       "\r\nTransfer-Encoding: chunked\r\n"));
	assert_true(connection_is_idle(&f.c));
	assert_int_equal(f.c.deadline_ms, 16000);
	assert_false(connection_events(&f.c) & (POLLIN | POLLOUT));
	f.news = 7;
	assert_string_equal(read_all(), "7\r\nnews 7\n\r\n");
	f.news = 99;
	assert_string_equal(read_all(), "0\r\n\r\n");
	assert_int_equal(f.c.state, CONNECTION_READING);
}

static void to_an_old_client_news_come_until_the_end_of_the_connection(void **state)
{
	const char *answer;

	(void)state;
	f.news = 5;
	answer = talk("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_null(strstr(answer, "chunked"));
	assert_null(strstr(answer, "Content-Length"));
	assert_non_null(strstr(answer, "Connection: close\r\n\r\nnews 5\n"));
	f.news = 99;
	read_all();
	assert_int_equal(f.c.state, CONNECTION_LINGERING);
}

static void half_a_request_in_time_is_408_and_none_is_silence(void **state)
{
	assert_true(connection_is_idle(&f.c));
	assert_int_equal(write(f.client, "GET /", 5), 5);
	connection_serve(&f.c, &f.service, 20000);
	assert_false(connection_is_idle(&f.c));
	assert_int_equal(f.c.deadline_ms, 20000 + 10000);
	connection_expire(&f.c, &f.service, f.c.deadline_ms);
	assert_int_equal(f.c.state, CONNECTION_LINGERING);
	assert_non_null(strstr(read_all(), "HTTP/1.1 408 "));
	connection_expire(&f.c, &f.service, f.c.deadline_ms);
	assert_int_equal(f.c.state, CONNECTION_FREE);
	tear_down(state);

	set_up(state);
	connection_expire(&f.c, &f.service, f.c.deadline_ms);
	assert_int_equal(f.c.state, CONNECTION_FREE);
	assert_int_equal(read(f.client, f.answer, sizeof(f.answer)), 0);
}

static void who_takes_nothing_of_an_answer_is_given_up(void **state)
{
	(void)state;
	for (int i = 0; i < 40 && f.c.state != CONNECTION_WRITING; i++) {
		assert_int_equal(write(f.client, "GET /file HTTP/1.1\r\n" HOST "\r\n",
				       31),
				 31);
		connection_serve(&f.c, &f.service, 1000);
	}
	assert_int_equal(f.c.state, CONNECTION_WRITING);
	assert_int_equal(connection_events(&f.c), POLLOUT);
	connection_expire(&f.c, &f.service, f.c.deadline_ms); /* what has gone counts */
	assert_int_equal(f.c.state, CONNECTION_WRITING);
	connection_expire(&f.c, &f.service, f.c.deadline_ms);
	assert_int_equal(f.c.state, CONNECTION_FREE);
}

static void who_makes_it_wait_is_known(void **state)
{
	(void)state;
	f.c.since_ms = 1000;
	f.c.state = CONNECTION_READING;
	assert_int_equal(connection_waited_ms(&f.c, 3000), 2001);
	f.c.state = CONNECTION_WRITING; /* which has a second for each step */
	assert_int_equal(connection_waited_ms(&f.c, 3000), 1001);
	assert_int_equal(connection_waited_ms(&f.c, 1999), 0);
	f.c.answer.waiting = true; /* for us, but who came later has the same right */
	assert_int_equal(connection_waited_ms(&f.c, 3000), 2001);
	f.c.state = CONNECTION_TUNNEL;
	assert_int_equal(connection_waited_ms(&f.c, 3000), 0);
}

static void heads_carry_the_security_fields(void **state)
{
	static struct response response;
	char text[1536];
	struct buf head = BUF_OVER(text);

	(void)state;
	response_init(&response);
	response.own = true;
	response_set_status(&response, 431); /* the longest reason */
	response_write_head(&response, true, false, &head);
	assert_false(head.truncated);
	assert_non_null(strstr(text, "HTTP/1.1 431 Request Header Fields Too Large\r\n"));
	assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(text, "\r\nReferrer-Policy: same-origin\r\n"));
	assert_non_null(
		strstr(text, "\r\nContent-Security-Policy: default-src 'none'; "));
	assert_non_null(strstr(text, "\r\nConnection: keep-alive\r\n\r\n"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_sent_ahead_are_answered_in_order),
		TEST(more_requests_than_fit_into_a_turn_are_answered_too),
		TEST(after_its_turn_it_looks_for_more_without_being_told),
		TEST(a_request_may_come_byte_by_byte),
		TEST(who_asks_before_sending_is_told_to_go_on),
		TEST(an_answer_to_a_wrong_request_is_the_last),
		TEST(a_file_goes_out_in_its_pieces),
		TEST(news_come_in_chunks_when_there_are_any),
		TEST(to_an_old_client_news_come_until_the_end_of_the_connection),
		TEST(half_a_request_in_time_is_408_and_none_is_silence),
		TEST(who_takes_nothing_of_an_answer_is_given_up),
		TEST(who_makes_it_wait_is_known),
		TEST(heads_carry_the_security_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
