/* The console of one worker against clients that speak its protocol, a check of tokens and a PID 1 of
 * our own, and real pseudo-terminals. */
/* wrap: clock_monotonic_ms */
#include "http/console.h"
#include "http/console_message.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static uint64_t now_ms;

uint64_t __wrap_clock_monotonic_ms(void);
uint64_t __wrap_clock_monotonic_ms(void)
{
	return now_ms;
}

/* ---- the messages */

static void messages_are_json_of_two_kinds(void **state)
{
	struct console_message m;

	(void)state;
	assert_int_equal(console_message_parse(text_of("{\"token\":\"abc\"}"), &m), 0);
	assert_int_equal(m.kind, CONSOLE_TOKEN);
	assert_true(text_is(m.token, "abc"));
	assert_int_equal(console_message_parse(text_of(" { \"resize\" : [ 80 ,\n24 ] } "),
					       &m),
			 0);
	assert_int_equal(m.kind, CONSOLE_RESIZE);
	assert_int_equal(m.columns, 80);
	assert_int_equal(m.rows, 24);
}

static void other_messages_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"{",
		"{}",
		"[]",
		"{\"token\":\"abc\"",
		"{\"token\":\"abc\"}x",
		"{\"token\":\"a\\u0062c\"}",
		"{\"token\":\"a\xc3\xa4\"}",
		"{\"token\":abc}",
		"{\"token\":\"a\",\"resize\":[1,1]}",
		"{\"resize\":[80]}",
		"{\"resize\":[0,24]}",
		"{\"resize\":[65536,24]}",
		"{\"resize\":[-1,24]}",
		"{\"resize\":[8.5,24]}",
		"{\"resize\":[80,24,1]}",
		"{\"Token\":\"a\"}",
	};
	struct console_message m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (console_message_parse(text_of(rows[i]), &m) != -EINVAL)
			fail_msg("taken: %s", rows[i]);
}

/* ---- a console and its clients */

struct test {
	struct console console;
	struct console_config config;
	int check_result;
	unsigned checks, asks;
	uint32_t id;	/* of the last one asked with */
	char token[32]; /* … and what else PID 1 was told */
	char peer[HTTP_PEER_NAME_SIZE];
	int terminal; /* the shell's end */
	struct response response;
};

static int check(void *ctx, struct text token, const struct http_peer *peer, uint64_t at)
{
	struct test *t = ctx;

	(void)peer;
	(void)at;
	t->checks++;
	if (t->check_result)
		return t->check_result;
	return text_is(token, "secret") ? 0 : -EACCES;
}

static int ask(void *ctx, uint32_t id, struct text token, const struct http_peer *peer)
{
	struct test *t = ctx;

	t->asks++;
	t->id = id;
	(void)snprintf(t->token, sizeof(t->token), "%.*s", (int)token.len, token.s);
	memcpy(t->peer, peer->name, sizeof(t->peer));
	return 0;
}

static int set_up(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	now_ms = 1000;
	t->config = (struct console_config){ .check = check, .ask = ask, .ctx = t };
	t->terminal = -1;
	console_start(&t->console, &t->config);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct test *t = *state;

	if (t->terminal >= 0)
		close(t->terminal);
	free(t);
	return 0;
}

struct request {
	struct http_request request;
	struct http_peer peer;
};

static struct request good_request(void)
{
	struct request r = {
		.request = { .method = HTTP_GET, .wants_upgrade = true },
		.peer = { .name = "192.0.2.7", .tls = true },
	};
	struct text *fields = r.request.fields;

	fields[HTTP_HOST] = text_of("box:8443");
	fields[HTTP_ORIGIN] = text_of("https://BOX:8443");
	fields[HTTP_UPGRADE] = text_of("WebSocket");
	fields[HTTP_SEC_WEBSOCKET_VERSION] = text_of("13");
	fields[HTTP_SEC_WEBSOCKET_KEY] = text_of("dGhlIHNhbXBsZSBub25jZQ==");
	fields[HTTP_SEC_WEBSOCKET_PROTOCOL] = text_of("x, rootling.console.v1");
	return r;
}

static struct response *answer(struct test *t, const struct request *r)
{
	struct http_exchange exchange = { .request = &r->request, .peer = &r->peer };

	response_init(&t->response);
	console_answer(&t->console, &exchange, &t->response);
	return &t->response;
}

/* The seat that the last answer was about. */
static void *answered(const struct test *t)
{
	return t->response.tunnel_ctx;
}

/* A seat whose handshake went well. */
static void *client(struct test *t)
{
	struct request r = good_request();
	struct response *response = answer(t, &r);

	assert_int_equal(response->status, 101);
	assert_ptr_equal(response->tunnel_ctx == NULL, false);
	return response->tunnel_ctx;
}

/* All seats have the same. */
static const struct http_tunnel *tunnel_of(struct test *t)
{
	static const struct http_tunnel *tunnel;
	struct request r = good_request();
	struct response *response;

	if (!tunnel) {
		response = answer(t, &r);
		tunnel = response->tunnel;
		tunnel->close(response->tunnel_ctx);
	}
	return tunnel;
}

/* One masked frame, the mask being zeroes. */
static void send_frame(struct test *t, void *seat, unsigned opcode, const char *text)
{
	char frame[512];
	size_t len = strlen(text);

	assert_true(len < 126);
	frame[0] = (char)(0x80 | opcode);
	frame[1] = (char)(0x80 | len);
	memset(frame + 2, 0, 4);
	memcpy(frame + 6, text, len);
	assert_int_equal(tunnel_of(t)->receive(seat, frame, 6 + len), 6 + len);
}

/* The next frame to the client: its payload as a string, of a close frame "CODE reason"; "": none. */
static const char *next_frame(struct test *t, void *seat)
{
	static char out[8192];
	unsigned char frame[8192];
	ssize_t len = tunnel_of(t)->fill(seat, (char *)frame, sizeof(frame));
	size_t head = 2;

	if (len < 0)
		return "gone";
	out[0] = '\0';
	if (len == 0)
		return out;
	if (frame[1] == 126)
		head = 4;
	if (frame[0] == 0x88)
		(void)snprintf(out, sizeof(out), "%u %.*s", frame[2] << 8 | frame[3],
			       (int)len - 4, frame + 4);
	else if (frame[0] == 0x89)
		return "ping";
	else
		(void)snprintf(out, sizeof(out), "%.*s", (int)((size_t)len - head),
			       frame + head);
	return out;
}

/* PID 1's side: t->terminal is what a shell would sit at. */
static void give_terminal(struct test *t)
{
	int own = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct termios mode;

	assert_true(own >= 0 && grantpt(own) == 0 && unlockpt(own) == 0);
	if (t->terminal >= 0)
		close(t->terminal);
	t->terminal = open(ptsname(own), O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(t->terminal >= 0 && tcgetattr(t->terminal, &mode) == 0);
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_oflag &= ~(tcflag_t)OPOST;
	assert_int_equal(tcsetattr(t->terminal, TCSANOW, &mode), 0);
	console_give(&t->console, t->id, own);
}

static void *open_client(struct test *t)
{
	void *seat = client(t);

	send_frame(t, seat, 1, "{\"token\":\"secret\"}");
	give_terminal(t);
	assert_string_equal(next_frame(t, seat), "{\"ready\":true}");
	return seat;
}

/* ---- the handshake */

static void a_handshake(void **state)
{
	struct test *t = *state;
	struct request r = good_request();
	struct response *response = answer(t, &r);

	assert_int_equal(response->status, 101);
	response->fields[response->fields_len] = '\0';
	assert_non_null(strstr(response->fields,
			       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_non_null(strstr(response->fields, "Connection: Upgrade\r\n"));
	assert_non_null(strstr(response->fields,
			       "Sec-WebSocket-Protocol: rootling.console.v1\r\n"));
	assert_int_equal(t->asks, 0);
	response->tunnel->close(response->tunnel_ctx);
}

#define CHANGE(field_, value) .field = HTTP_##field_, .text = (value)

static void handshakes_that_are_refused(void **state)
{
	static const struct {
		unsigned status;
		enum http_field field;
		const char *text;
	} rows[] = {
		{ 426, CHANGE(UPGRADE, "h2c") },
		{ 426, CHANGE(SEC_WEBSOCKET_VERSION, "8") },
		{ 400, CHANGE(SEC_WEBSOCKET_KEY, "short") },
		{ 400, CHANGE(SEC_WEBSOCKET_PROTOCOL, "rootling.console.v2") },
		{ 403, CHANGE(ORIGIN, "https://evil.example") },
		{ 403, CHANGE(ORIGIN, "http://box:8443") },
		{ 403, CHANGE(ORIGIN, "https://box:84430") },
		{ 403, CHANGE(ORIGIN, "null") },
	};
	struct test *t = *state;
	struct request r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = good_request();
		r.request.fields[rows[i].field] = text_of(rows[i].text);
		assert_int_equal(answer(t, &r)->status, rows[i].status);
	}
	r = good_request();
	r.peer.tls = false;
	r.peer.local = true; /* loopback is no excuse */
	assert_int_equal(answer(t, &r)->status, 403);
	r = good_request();
	r.request.method = HTTP_POST;
	assert_int_equal(answer(t, &r)->status, 405);
	r = good_request();
	r.request.wants_upgrade = false;
	assert_int_equal(answer(t, &r)->status, 426);
	r = good_request();
	r.request.is_1_0 = true;
	assert_int_equal(answer(t, &r)->status, 426);
	r = good_request();
	r.request.fields[HTTP_SEC_WEBSOCKET_KEY] = (struct text){ 0 };
	assert_int_equal(answer(t, &r)->status, 400);
}

static void seats_are_few_and_come_back(void **state)
{
	struct test *t = *state;
	const struct http_tunnel *tunnel = tunnel_of(t);
	struct request r = good_request();
	void *seats[CONSOLE_SEATS];

	for (unsigned i = 0; i < CONSOLE_SEATS; i++) {
		if (i && i % CONSOLE_PER_PEER == 0) {
			/* it alone cannot have them all */
			assert_int_equal(answer(t, &r)->status, 503);
			r.peer.name[0]++;
		}
		assert_int_equal(answer(t, &r)->status, 101);
		seats[i] = answered(t);
	}
	r.peer.name[0]++;
	assert_int_equal(answer(t, &r)->status, 503);
	tunnel->close(seats[2]);
	assert_int_equal(answer(t, &r)->status, 101);
	assert_ptr_equal(answered(t), seats[2]);
	for (unsigned i = 0; i < CONSOLE_SEATS; i++)
		tunnel->close(seats[i]);
}

/* ---- logging in */

static void a_session(void **state)
{
	struct test *t = *state;
	const struct http_tunnel *tunnel = tunnel_of(t);
	void *seat = client(t);
	struct winsize size;
	char typed[64] = "";

	assert_int_equal(tunnel->fd(seat), -1);
	assert_int_equal(tunnel->due_ms(seat), 1000 + CONSOLE_LOGIN_MS);
	send_frame(t, seat, 1, "{\"token\":\"secret\"}");
	assert_int_equal(t->asks, 1);
	assert_string_equal(t->token, "secret");
	assert_string_equal(t->peer, "192.0.2.7");
	/* before the shell runs, keys do not count and the size does */
	send_frame(t, seat, 2, "rm\r");
	send_frame(t, seat, 1, "{\"resize\":[132,43]}");
	assert_string_equal(next_frame(t, seat), "");
	give_terminal(t);
	assert_true(tunnel->fd(seat) >= 0);
	assert_string_equal(next_frame(t, seat), "{\"ready\":true}");
	assert_string_equal(next_frame(t, seat), "");
	assert_int_equal(ioctl(t->terminal, TIOCGWINSZ, &size), 0);
	assert_int_equal(size.ws_col, 132);
	assert_int_equal(size.ws_row, 43);
	assert_int_equal(write(t->terminal, "hello", 5), 5);
	assert_string_equal(next_frame(t, seat), "hello");
	send_frame(t, seat, 2, "ls");
	assert_int_equal(read(t->terminal, typed, sizeof(typed)), 2);
	assert_string_equal(typed, "ls");
	send_frame(t, seat, 1, "{\"resize\":[80,24]}");
	assert_int_equal(ioctl(t->terminal, TIOCGWINSZ, &size), 0);
	assert_int_equal(size.ws_col, 80);
	send_frame(t, seat, 9, "are you there");
	assert_string_equal(next_frame(t, seat), "are you there");
	/* the shell leaves */
	close(t->terminal);
	t->terminal = -1;
	assert_string_equal(next_frame(t, seat), "1000 the shell has ended");
	assert_string_equal(next_frame(t, seat), "gone");
	tunnel->close(seat);
}

static void who_does_not_log_in_is_closed(void **state)
{
	static const struct {
		int result;
		const char *message, *close;
	} rows[] = {
		{ 0, "{\"token\":\"wrong\"}", "4401 wrong token" },
		{ -EAGAIN, "{\"token\":\"secret\"}",
		  "4429 too many wrong tokens: wait and try again" },
		{ 0, "{\"resize\":[80,24]}", "1008 the token comes first" },
		{ 0, "secret", "1008 not a message of rootling.console.v1" },
	};
	struct test *t = *state;
	void *seat;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t->check_result = rows[i].result;
		seat = client(t);
		send_frame(t, seat, 1, rows[i].message);
		assert_string_equal(next_frame(t, seat), rows[i].close);
		assert_string_equal(next_frame(t, seat), "gone");
		tunnel_of(t)->close(seat);
	}
	assert_int_equal(t->checks, 2);
	seat = client(t);
	send_frame(t, seat, 2, "reboot\r");
	assert_string_equal(next_frame(t, seat), "1008 the token comes first");
	tunnel_of(t)->close(seat);
	seat = client(t);
	now_ms += CONSOLE_LOGIN_MS - 1;
	assert_string_equal(next_frame(t, seat), "");
	now_ms++;
	assert_string_equal(next_frame(t, seat), "4408 no token within 5 s");
	tunnel_of(t)->close(seat);
	assert_int_equal(t->asks, 0);
}

static void a_certificate_needs_no_token(void **state)
{
	struct test *t = *state;
	struct request r = good_request();
	struct response *response;

	r.peer.certified = true;
	response = answer(t, &r);
	assert_int_equal(response->status, 101);
	assert_int_equal(t->asks, 1);
	assert_string_equal(t->token, "");
	give_terminal(t);
	assert_string_equal(next_frame(t, response->tunnel_ctx), "{\"ready\":true}");
	/* the page sends what stands in its field: that changes nothing */
	send_frame(t, response->tunnel_ctx, 1, "{\"token\":\"wrong\"}");
	assert_string_equal(next_frame(t, response->tunnel_ctx), "");
	assert_int_equal(t->checks, 0);
	tunnel_of(t)->close(response->tunnel_ctx);
}

static void pid_1_has_the_last_word(void **state)
{
	struct test *t = *state;
	void *seat = client(t);

	send_frame(t, seat, 1, "{\"token\":\"secret\"}");
	console_give(&t->console, t->id, -EPERM);
	assert_string_equal(next_frame(t, seat), "4403 no shell is allowed, or not now");
	tunnel_of(t)->close(seat);
	seat = client(t);
	send_frame(t, seat, 1, "{\"token\":\"secret\"}");
	now_ms += 10000;
	assert_string_equal(next_frame(t, seat), "4408 PID 1 does not answer");
	tunnel_of(t)->close(seat);
}

static void one_console_at_a_time(void **state)
{
	struct test *t = *state;
	struct request r = good_request();
	void *late = client(t), *seat = open_client(t);

	assert_int_equal(answer(t, &r)->status, 409);
	send_frame(t, late, 1, "{\"token\":\"secret\"}");
	assert_string_equal(next_frame(t, late), "4409 somebody else has the console");
	tunnel_of(t)->close(late);
	tunnel_of(t)->close(seat);
	seat = open_client(t);
	tunnel_of(t)->close(seat);
	assert_int_equal(t->asks, 2);
}

/* ---- the end */

static bool is_hung_up(const struct test *t)
{
	char byte;

	return read(t->terminal, &byte, 1) <= 0 && errno != EAGAIN;
}

static void closing_hangs_up(void **state)
{
	struct test *t = *state;
	void *seat = open_client(t);

	errno = 0;
	assert_false(is_hung_up(t));
	send_frame(t, seat, 8, "");
	errno = 0;
	assert_true(is_hung_up(t));
	assert_string_equal(next_frame(t, seat), "1000 ");
	assert_string_equal(next_frame(t, seat), "gone");
	tunnel_of(t)->close(seat);
	/* the connection broke */
	seat = open_client(t);
	tunnel_of(t)->close(seat);
	errno = 0;
	assert_true(is_hung_up(t));
	/* … before PID 1 had answered */
	seat = client(t);
	send_frame(t, seat, 1, "{\"token\":\"secret\"}");
	tunnel_of(t)->close(seat);
	give_terminal(t);
	errno = 0;
	assert_true(is_hung_up(t));
}

static void a_silent_client_is_asked_and_then_left(void **state)
{
	struct test *t = *state;
	void *seat = open_client(t);

	assert_int_equal(tunnel_of(t)->due_ms(seat), now_ms + 30000);
	now_ms += 30000;
	assert_string_equal(next_frame(t, seat), "ping");
	assert_string_equal(next_frame(t, seat), "");
	send_frame(t, seat, 10, "");
	now_ms += 30000;
	assert_string_equal(next_frame(t, seat), "ping");
	assert_int_equal(tunnel_of(t)->due_ms(seat), now_ms + 30000);
	now_ms += 30000;
	assert_string_equal(next_frame(t, seat), "1001 no answer");
	tunnel_of(t)->close(seat);
}

static void an_unused_console_is_closed(void **state)
{
	struct test *t = *state;
	void *seat = open_client(t);

	now_ms += CONSOLE_IDLE_MS - 1;
	send_frame(t, seat, 10, "");
	assert_string_equal(next_frame(t, seat), "");
	assert_int_equal(tunnel_of(t)->due_ms(seat), now_ms + 1);
	now_ms++;
	assert_string_equal(next_frame(t, seat), "4408 not used for 15 minutes");
	tunnel_of(t)->close(seat);
}

static void a_terminal_without_room_holds_the_client_up(void **state)
{
	struct test *t = *state;
	void *seat = open_client(t);
	char frame[8 + 1024] = "\x82\xfe\x04\x00\0\0\0";
	char typed[4096];
	size_t sent = 0, got = 0;
	ssize_t len;

	memset(frame + 8, 'x', 1024);
	do {
		len = tunnel_of(t)->receive(seat, frame, sizeof(frame));
		sent += len ? 1024 : 0;
		assert_true(len == 0 || len == sizeof(frame));
		assert_true(sent < 1 << 20);
	} while (len);
	assert_int_equal(tunnel_of(t)->due_ms(seat), now_ms + 20);
	while (got < sent) {
		len = read(t->terminal, typed, sizeof(typed));
		if (len > 0)
			got += (size_t)len;
		assert_string_equal(next_frame(t, seat), "");
	}
	assert_int_equal(got, sent);
	tunnel_of(t)->close(seat);
}

static void wrong_frames_are_answered_with_a_code(void **state)
{
	struct test *t = *state;
	void *seat = open_client(t);

	(void)tunnel_of(t)->receive(seat, "\x81\x05Hello", 7);
	assert_string_equal(next_frame(t, seat), "1002 not WebSocket");
	tunnel_of(t)->close(seat);
	seat = open_client(t);
	(void)tunnel_of(t)->receive(seat, "\x81\xfe\x04\x01\0\0\0\0", 8);
	assert_string_equal(next_frame(t, seat), "1009 too long");
	tunnel_of(t)->close(seat);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_json_of_two_kinds),
		cmocka_unit_test(other_messages_are_refused),
		TEST(a_handshake),
		TEST(handshakes_that_are_refused),
		TEST(seats_are_few_and_come_back),
		TEST(a_session),
		TEST(who_does_not_log_in_is_closed),
		TEST(a_certificate_needs_no_token),
		TEST(pid_1_has_the_last_word),
		TEST(one_console_at_a_time),
		TEST(closing_hangs_up),
		TEST(a_silent_client_is_asked_and_then_left),
		TEST(an_unused_console_is_closed),
		TEST(a_terminal_without_room_holds_the_client_up),
		TEST(wrong_frames_are_answered_with_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
