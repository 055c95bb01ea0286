/* The server over real sockets, with a clock that stands still until it is told to go on. */
/* wrap: accept4 clock_monotonic_ms */
#include "http/server.h"

#include "lib/klibc.h"
#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define CONNECTIONS_MAX 4
#define REQUEST		"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define LARGE		(16 << 20)

static struct fixture {
	char path[64];
	struct http_listen listen[2];
	struct http_server_config config;
	struct http_server *server;
	uint64_t now_ms;
	unsigned asked;
	struct http_peer peer; /* the last who asked */
	int accept_errno;      /* what accept() reports instead of clients */
	unsigned accept_failures;
	int timeout_ms; /* that the server wished last */
	bool streams, large, tunnels;
	int tunnel; /* what the tunnel polls, or -1 */
} f;

uint64_t __wrap_clock_monotonic_ms(void);
int __real_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags);

uint64_t __wrap_clock_monotonic_ms(void)
{
	return f.now_ms;
}

int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
	if (!f.accept_failures)
		return __real_accept4(fd, from, len, flags);
	f.accept_failures--;
	errno = f.accept_errno;
	return -1;
}

static ssize_t no_news(void *ctx, struct response *response, uint64_t now_ms)
{
	(void)ctx;
	response->more_at_ms = now_ms + 15000;
	return -EAGAIN;
}

/* A tunnel to a busy program that talks without end. */
static ssize_t take_nothing(void *ctx, const char *data, size_t len)
{
	(void)ctx, (void)data, (void)len;
	return 0;
}

static ssize_t talk(void *ctx, char *data, size_t size)
{
	(void)ctx;
	if (f.tunnel < 0)
		return 0;
	memset(data, 'y', size);
	return (ssize_t)size;
}

static int tunnel_fd(void *ctx)
{
	(void)ctx;
	return f.tunnel;
}

static uint64_t never(void *ctx)
{
	(void)ctx;
	return UINT64_MAX;
}

static void close_tunnel(void *ctx)
{
	(void)ctx;
	f.tunnels = false;
}

static void handle(void *ctx, const struct http_exchange *x, struct response *response)
{
	static const struct http_tunnel tunnel = { take_nothing, talk, tunnel_fd, never,
						   close_tunnel };
	static char large[LARGE];

	(void)ctx;
	f.asked++;
	f.peer = *x->peer;
	response_set_status(response, 200);
	if (f.tunnels) {
		response->status = 101;
		response->no_length = true;
		response->tunnel = &tunnel;
	}
	if (f.streams)
		response->more = no_news;
	if (f.large)
		(void)response_add_memory(response, large, sizeof(large));
}

/* A port that was free a moment ago. */
static uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	f.now_ms = 1000;
	snprintf(f.path, sizeof(f.path), "/tmp/rootling-http-%d", getpid());
	f.listen[0].family = HTTP_UNIX;
	memcpy(f.listen[0].path, f.path, sizeof(f.path));
	f.config = (struct http_server_config){
		.listen = f.listen,
		.listen_count = 1,
		.connections_max = CONNECTIONS_MAX,
		.handler = { .answer = handle },
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (f.server)
		http_server_close(f.server);
	(void)unlink(f.path);
	return 0;
}

static void open_server(void)
{
	assert_int_equal(http_server_open(&f.config, &f.server), 0);
}

/* Until nothing happens any more at the time it is. */
static void run(void)
{
	struct pollfd fds[64];
	int ready;

	assert_true(http_server_poll_max(f.server) <= 64);
	for (unsigned i = 0; i < 10000; i++) {
		unsigned count = http_server_poll(f.server, fds, &f.timeout_ms);

		ready = poll(fds, count, 0);
		http_server_serve(f.server, fds);
		if (!ready && f.timeout_ms)
			return;
	}
	fail_msg("the server does not come to rest");
}

static void pass(uint64_t ms)
{
	f.now_ms += ms;
	run();
}

static int dial(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memcpy(to.sun_path, f.path, sizeof(f.path));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	run();
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	run();
}

static bool is_answered(int fd)
{
	char data[4096];
	ssize_t len = recv(fd, data, sizeof(data) - 1, MSG_DONTWAIT);

	if (len <= 0)
		return false;
	data[len] = '\0';
	return strstr(data, "HTTP/1.1 200 OK\r\n") == data;
}

static bool is_closed(int fd)
{
	char c;
	ssize_t len = recv(fd, &c, 1, MSG_DONTWAIT);

	return len == 0 || (len < 0 && errno == ECONNRESET);
}

static void close_all(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

static void the_full_server_gives_the_place_of_who_was_idle_longest(void **state)
{
	int fds[CONNECTIONS_MAX + 1];

	(void)state;
	open_server();
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = dial();
		pass(10);
	}
	say(fds[0], REQUEST); /* so it is the second that has been idle longest */
	assert_true(is_answered(fds[0]));
	pass(10);
	fds[CONNECTIONS_MAX] = dial();
	assert_true(is_closed(fds[1]));
	say(fds[CONNECTIONS_MAX], REQUEST);
	assert_true(is_answered(fds[CONNECTIONS_MAX]));
	for (unsigned i = 2; i < CONNECTIONS_MAX; i++)
		assert_false(is_closed(fds[i]));
	assert_int_equal(http_server_counters(f.server)->connections, CONNECTIONS_MAX);
	assert_int_equal(http_server_counters(f.server)->accepted, CONNECTIONS_MAX + 1);
	close_all(fds, CONNECTIONS_MAX + 1);
}

static void slow_heads_and_bodies_do_not_keep_others_out(void **state)
{
	int fds[CONNECTIONS_MAX], good;

	(void)state;
	open_server();
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = dial();
		say(fds[i],
		    i % 2 ? "GET / HTT"
			  : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1");
	}
	pass(5);
	good = dial();
	say(good, REQUEST);
	assert_true(is_answered(good));
	assert_true(is_closed(fds[0]));
	close_all(fds, CONNECTIONS_MAX);
	close(good);
}

static void who_lingers_gives_way_too(void **state)
{
	int fds[CONNECTIONS_MAX], good;

	(void)state;
	open_server();
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = dial();
		say(fds[i], "nonsense\r\n");
	}
	good = dial();
	say(good, REQUEST);
	assert_true(is_answered(good));
	close_all(fds, CONNECTIONS_MAX);
	close(good);
}

static void who_takes_an_answer_too_slowly_gives_way_but_not_at_once(void **state)
{
	int fds[CONNECTIONS_MAX], good;

	(void)state;
	f.large = true;
	open_server();
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = dial();
		say(fds[i], REQUEST);
	}
	good = dial();
	say(good, REQUEST);
	assert_false(is_answered(good));
	assert_in_range(f.timeout_ms, 1, 100); /* looks again, though nothing happens */
	pass(900);
	assert_false(is_answered(good));
	pass(200);
	assert_true(is_answered(good));
	assert_true(f.asked > CONNECTIONS_MAX);
	close_all(fds, CONNECTIONS_MAX);
	close(good);
}

static int dial_tcp(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* He may be in the middle of a handshake. */
static void who_is_alone_stays_while_others_have_many(void **state)
{
	int fds[CONNECTIONS_MAX], alone;

	(void)state;
	f.listen[1] = (struct http_listen){
		.family = HTTP_INET,
		.port = free_port(),
		.address = { 127, 0, 0, 1 },
	};
	f.config.listen_count = 2;
	open_server();
	alone = dial_tcp(f.listen[1].port);
	pass(1000); /* the oldest of all */
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = dial();
		pass(10);
	}
	assert_true(is_closed(fds[0]));
	say(alone, REQUEST);
	assert_true(is_answered(alone));
	close_all(fds, CONNECTIONS_MAX);
	close(alone);
}

static void who_has_too_many_displaces_himself_alone(void **state)
{
	int fds[3], other;

	(void)state;
	f.listen[1] = (struct http_listen){
		.family = HTTP_INET,
		.port = free_port(),
		.address = { 127, 0, 0, 1 },
	};
	f.config.listen_count = 2;
	f.config.per_peer_max = 2;
	open_server();
	other = dial_tcp(f.listen[1].port);
	pass(10); /* the oldest of all */
	for (unsigned i = 0; i < 3; i++) {
		fds[i] = dial();
		pass(10);
	}
	assert_true(is_closed(fds[0]));
	assert_false(is_closed(fds[1]));
	say(other, REQUEST);
	assert_true(is_answered(other));
	assert_string_equal(f.peer.name, "127.0.0.1");
	say(fds[2], REQUEST);
	assert_string_equal(f.peer.name, "unix");
	assert_true(f.peer.local);
	close_all(fds, 3);
	close(other);
}

static void who_has_too_many_and_uses_all_is_refused(void **state)
{
	int fds[2], third;

	(void)state;
	f.large = true;
	f.config.per_peer_max = 2;
	open_server();
	for (unsigned i = 0; i < 2; i++) {
		fds[i] = dial();
		say(fds[i], REQUEST);
	}
	third = dial();
	assert_true(is_closed(third));
	assert_int_equal(http_server_counters(f.server)->refused, 1);
	close_all(fds, 2);
	close(third);
}

static void without_descriptors_the_idle_give_theirs(void **state)
{
	int fds[2];

	(void)state;
	open_server();
	fds[0] = dial();
	pass(10);
	f.accept_errno = EMFILE;
	f.accept_failures = 1;
	fds[1] = dial();
	assert_true(is_closed(fds[0]));
	say(fds[1], REQUEST);
	assert_true(is_answered(fds[1]));
	close_all(fds, 2);
}

static void without_anything_to_give_the_server_pauses(void **state)
{
	int fd;

	(void)state;
	open_server();
	f.accept_errno = ENFILE;
	f.accept_failures = 1;
	fd = dial(); /* which would not come to rest otherwise */
	assert_in_range(f.timeout_ms, 1, 100);
	assert_int_equal(http_server_counters(f.server)->accepted, 0);
	pass((uint64_t)f.timeout_ms);
	say(fd, REQUEST);
	assert_true(is_answered(fd));
	close(fd);
}

static void an_address_of_ipv4_is_named_so_on_a_socket_of_both(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	f.listen[0] = (struct http_listen){ .family = HTTP_INET6, .port = free_port() };
	open_server();
	to.sin_port = htons(f.listen[0].port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 6);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	say(fd, REQUEST);
	assert_true(is_answered(fd));
	assert_string_equal(f.peer.name, "127.0.0.1");
	assert_true(f.peer.local);
	close(fd);
}

static void a_listener_with_tls_is_not_opened_without_identity(void **state)
{
	(void)state;
	f.listen[0].tls = true;
	assert_int_equal(http_server_open(&f.config, &f.server), -ENOKEY);
	assert_int_equal(access(f.path, F_OK), -1);
	f.server = NULL;
	/* another one is not hindered by it, and nobody comes in through the first */
	f.listen[1] = f.listen[0];
	f.listen[1].tls = false;
	f.config.listen_count = 2;
	open_server();
	close(dial());
	assert_false(f.peer.tls);
}

static void drain_lets_answers_finish_and_nothing_else(void **state)
{
	static char data[1 << 20];
	int idle, streaming, busy;
	size_t got = 0;
	ssize_t len;

	(void)state;
	open_server();
	idle = dial();
	streaming = dial();
	f.streams = true;
	say(streaming, REQUEST);
	f.streams = false;
	busy = dial();
	f.large = true;
	say(busy, REQUEST REQUEST);
	assert_false(http_server_drain(f.server));
	run();
	assert_true(is_closed(idle));
	assert_true(is_answered(streaming));
	assert_true(is_closed(streaming));
	do {
		len = recv(busy, data, sizeof(data), MSG_DONTWAIT);
		got += len > 0 ? (size_t)len : 0;
		run();
	} while (len > 0);
	/* the one that was sent ahead is answered too, and is the last */
	assert_int_equal(len, 0);
	assert_in_range(got, 2 * LARGE, 2 * LARGE + 1000);
	close(busy);
	run();
	assert_true(http_server_drain(f.server));
	close(idle);
	close(streaming);
}

static void news_wake_who_waits_and_his_leaving_is_seen(void **state)
{
	int fd;

	(void)state;
	f.streams = true;
	open_server();
	fd = dial();
	say(fd, REQUEST);
	assert_in_range(f.timeout_ms, 14000, 15000);
	say(fd, "what he says is not asked for"); /* and does not keep the server busy */
	http_server_wake(f.server);
	run();
	close(fd);
	run();
	run();
	assert_int_equal(http_server_counters(f.server)->connections, 0);
}

static void the_end_of_a_tunnel_that_is_busy_is_seen(void **state)
{
	int fd;

	(void)state;
	f.tunnels = true;
	f.tunnel = -1;
	open_server();
	fd = dial();
	say(fd, REQUEST);
	say(fd, "which is not taken");
	assert_int_equal(http_server_counters(f.server)->connections, 1);
	close(fd);
	run();
	run();
	assert_int_equal(http_server_counters(f.server)->connections, 0);
	assert_false(f.tunnels);
}

static void a_tunnel_waits_for_its_client_before_it_takes_more(void **state)
{
	int pair[2], fd;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[1], "x", 1), 1); /* always readable */
	f.tunnels = true;
	f.tunnel = pair[0];
	open_server();
	fd = dial();
	say(fd, REQUEST); /* and comes to rest when the socket is full */
	assert_int_equal(http_server_counters(f.server)->connections, 1);
	close_all(pair, 2);
	close(fd);
}

static void a_tunnel_that_cannot_be_is_closed(void **state)
{
	static struct response response;
	static const struct http_tunnel tunnel = { .close = close_tunnel };

	(void)state;
	f.tunnels = true;
	response_init(&response);
	response.status = 101;
	response.tunnel = &tunnel;
	response_add_field(&response, "X", "%0600d", 1); /* too long: a 500 */
	assert_int_equal(response.status, 500);
	assert_null(response.tunnel);
	assert_false(f.tunnels);
}

static void memory_of_a_rush_is_given_back(void **state)
{
	int fds[16];

	(void)state;
	f.config.connections_max = 16;
	open_server();
	for (unsigned i = 0; i < 16; i++)
		fds[i] = dial();
	assert_int_equal(http_server_counters(f.server)->connections, 16);
	close_all(fds + 1, 15);
	run();
	assert_in_range(f.timeout_ms, 1, 2000);
	pass(2000);
	assert_in_range(f.timeout_ms, 2001, 30000); /* nothing but the one's idle time */
	say(fds[0], REQUEST);
	assert_true(is_answered(fds[0]));
	for (unsigned i = 1; i < 16; i++)
		fds[i] = dial();
	say(fds[15], REQUEST);
	assert_true(is_answered(fds[15]));
	close_all(fds, 16);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_full_server_gives_the_place_of_who_was_idle_longest),
		TEST(slow_heads_and_bodies_do_not_keep_others_out),
		TEST(who_lingers_gives_way_too),
		TEST(who_takes_an_answer_too_slowly_gives_way_but_not_at_once),
		TEST(who_is_alone_stays_while_others_have_many),
		TEST(who_has_too_many_displaces_himself_alone),
		TEST(who_has_too_many_and_uses_all_is_refused),
		TEST(without_descriptors_the_idle_give_theirs),
		TEST(without_anything_to_give_the_server_pauses),
		TEST(an_address_of_ipv4_is_named_so_on_a_socket_of_both),
		TEST(a_listener_with_tls_is_not_opened_without_identity),
		TEST(drain_lets_answers_finish_and_nothing_else),
		TEST(news_wake_who_waits_and_his_leaving_is_seen),
		TEST(the_end_of_a_tunnel_that_is_busy_is_seen),
		TEST(a_tunnel_waits_for_its_client_before_it_takes_more),
		TEST(a_tunnel_that_cannot_be_is_closed),
		TEST(memory_of_a_rush_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
