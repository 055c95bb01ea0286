/* A connection that has become a tunnel, over a socket pair, to something that talks without end. */
#include "http/connection.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fixture {
	struct connection c;
	struct http_counters counters;
	struct http_handler handler;
	struct connection_service service;
	int client;
	bool talks, busy, ends, closed;
	uint64_t due_ms;
	char heard[64];
} f;

static ssize_t receive(void *ctx, const char *data, size_t len)
{
	size_t at = strlen(f.heard);

	(void)ctx;
	if (f.busy)
		return 0;
	assert_true(at + len < sizeof(f.heard));
	memcpy(f.heard + at, data, len);
	return (ssize_t)len;
}

static ssize_t fill(void *ctx, char *data, size_t size)
{
	(void)ctx;
	if (f.ends)
		return -ESHUTDOWN;
	if (!f.talks)
		return 0;
	memset(data, 'y', size);
	return (ssize_t)size;
}

static int no_fd(void *ctx)
{
	(void)ctx;
	return -1;
}

static uint64_t due_ms(void *ctx)
{
	(void)ctx;
	return f.due_ms;
}

static void close_it(void *ctx)
{
	(void)ctx;
	f.closed = true;
}

static void handle(void *ctx, const struct http_exchange *x, struct response *r)
{
	static const struct http_tunnel tunnel = { receive, fill, no_fd, due_ms,
						   close_it };

	(void)ctx;
	(void)x;
	r->status = 101;
	r->no_length = true;
	response_add_field(r, "Connection", "Upgrade");
	r->tunnel = &tunnel;
}

static void serve_at(uint64_t now_ms)
{
	connection_serve(&f.c, &f.service, now_ms);
}

static void say(const char *text)
{
	assert_int_equal(write(f.client, text, strlen(text)), strlen(text));
}

static size_t drain(void)
{
	static char data[65536];
	size_t total = 0;
	ssize_t len;

	while ((len = read(f.client, data, sizeof(data))) > 0)
		total += (size_t)len;
	return total;
}

static int set_up(void **state)
{
	char answer[256] = "";
	int pair[2];

	(void)state;
	memset(&f, 0, sizeof(f));
	f.due_ms = UINT64_MAX;
	f.handler.answer = handle;
	f.service = (struct connection_service){ &f.handler, &f.counters };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	f.client = pair[0];
	assert_true(connection_open(&f.c, pair[1], NULL, 1000));
	/* the first bytes for the tunnel come with the request */
	say("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nfirst ");
	serve_at(1000);
	assert_int_equal(f.c.state, CONNECTION_TUNNEL);
	assert_string_equal(f.heard, "first ");
	assert_true(read(f.client, answer, sizeof(answer) - 1) > 0);
	assert_non_null(strstr(answer, "HTTP/1.1 101 "));
	assert_non_null(strstr(answer, "Connection: Upgrade\r\n"));
	assert_null(strstr(answer, "Content-Length"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (f.c.state != CONNECTION_FREE)
		connection_close(&f.c);
	assert_true(f.closed);
	close(f.client);
	return 0;
}

static void bytes_go_both_ways(void **state)
{
	(void)state;
	say("hello");
	serve_at(1000);
	assert_string_equal(f.heard, "first hello");
	f.talks = true;
	serve_at(1000);
	f.talks = false;
	assert_true(drain() > 0);
}

static void a_client_that_is_talked_down_is_heard(void **state)
{
	(void)state;
	f.talks = true;
	for (unsigned i = 0; i < 100; i++)
		serve_at(1000);
	assert_int_equal(connection_events(&f.c), POLLIN | POLLOUT);
	say("stop");
	serve_at(1000);
	assert_string_equal(f.heard, "first stop");
}

static void a_client_that_takes_nothing_is_left(void **state)
{
	(void)state;
	f.talks = true;
	f.due_ms = 0; /* what the other side wants is no reason to try all the time */
	for (unsigned i = 0; i < 100; i++)
		serve_at(1000);
	assert_int_equal(f.c.deadline_ms, 31000);
	serve_at(20000);
	assert_int_equal(f.c.deadline_ms, 31000);
	assert_true(drain() > 0);
	serve_at(21000); /* it took something: a new limit */
	assert_int_equal(f.c.state, CONNECTION_TUNNEL);
	while (f.c.deadline_ms < 51000)
		serve_at(21000);
	connection_expire(&f.c, &f.service, 51000);
	assert_int_equal(f.c.state, CONNECTION_FREE);
}

static void what_has_no_room_waits(void **state)
{
	(void)state;
	f.busy = true;
	f.due_ms = 1020;
	say("later");
	serve_at(1000);
	assert_int_equal(connection_events(&f.c), 0);
	assert_int_equal(f.c.deadline_ms, 1020);
	f.busy = false;
	connection_expire(&f.c, &f.service, 1020);
	assert_string_equal(f.heard, "first later");
	assert_int_equal(connection_events(&f.c), POLLIN);
}

static void both_sides_may_end_it(void **state)
{
	char byte;

	(void)state;
	/* closing with something unread would cost the client what it was told last */
	say("too late");
	f.ends = true;
	serve_at(1000);
	assert_int_equal(f.c.state, CONNECTION_LINGERING);
	assert_true(f.closed);
	assert_int_equal(read(f.client, &byte, 1), 0);
	assert_int_equal(shutdown(f.client, SHUT_WR), 0);
	serve_at(1000);
	serve_at(1000);
	assert_int_equal(f.c.state, CONNECTION_FREE);
}

static void the_client_leaves(void **state)
{
	(void)state;
	assert_int_equal(shutdown(f.client, SHUT_WR), 0);
	serve_at(1000);
	assert_int_equal(f.c.state, CONNECTION_FREE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_go_both_ways),
		TEST(a_client_that_is_talked_down_is_heard),
		TEST(a_client_that_takes_nothing_is_left),
		TEST(what_has_no_room_waits),
		TEST(both_sides_may_end_it),
		TEST(the_client_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
