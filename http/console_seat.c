#include "http/console_seat.h"

#include "http/console_message.h"

#include "lib/clock.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#define PING_MS	      30000 /* to a silent client, which is gone after another such time */
#define TYPE_AGAIN_MS 20    /* nothing says when a terminal has room again */
#define CHUNK_MAX     4096  /* of output, so that what is typed never waits long */
#define READY	      "{\"ready\":true}"

static void hang_up(struct console_seat *seat)
{
	if (seat->state == CONSOLE_OPEN)
		close(seat->fd);
	seat->fd = -1;
}

void console_seat_shut(struct console_seat *seat, uint16_t code, const char *reason)
{
	hang_up(seat);
	seat->state = CONSOLE_CLOSING;
	seat->code = code;
	seat->reason = reason;
}

static void set_size(const struct console_seat *seat)
{
	struct winsize size = { .ws_col = seat->columns, .ws_row = seat->rows };

	if (seat->state == CONSOLE_OPEN && seat->columns)
		(void)ioctl(seat->fd, TIOCSWINSZ, &size); /* a terminal has one anyway */
}

void console_seat_open(struct console_seat *seat, int fd)
{
	seat->state = CONSOLE_OPEN;
	seat->fd = fd;
	seat->used_ms = clock_monotonic_ms();
	seat->says_ready = true;
	set_size(seat);
}

/* ---- from the client */

static void log_in(struct console_seat *seat, struct text token, uint64_t now_ms)
{
	const struct console_config *config = seat->console->config;
	int err = config->check(config->ctx, token, &seat->peer, now_ms);

	if (err == 0)
		console_ask(seat, token, now_ms);
	else if (err == -EAGAIN)
		console_seat_shut(seat, CONSOLE_TOO_MANY,
				  "too many wrong tokens: wait and try again");
	else
		console_seat_shut(seat, CONSOLE_WRONG_TOKEN, "wrong token");
	memset(&seat->ws.data, 0, sizeof(seat->ws.data));
}

static void serve_text(struct console_seat *seat, struct text text, uint64_t now_ms)
{
	struct console_message message;

	if (console_message_parse(text, &message))
		console_seat_shut(seat, WEBSOCKET_POLICY,
				  "not a message of " CONSOLE_PROTOCOL);
	else if (seat->state == CONSOLE_LOGIN && message.kind == CONSOLE_TOKEN)
		log_in(seat, message.token, now_ms);
	else if (seat->state == CONSOLE_LOGIN)
		console_seat_shut(seat, WEBSOCKET_POLICY, "the token comes first");
	if (message.kind != CONSOLE_RESIZE || seat->state == CONSOLE_CLOSING)
		return; /* a token that was not asked for is passed over */
	seat->columns = message.columns;
	seat->rows = message.rows;
	set_size(seat);
}

/* What the terminal has no room for stays. False: some did. */
static bool type_rest(struct console_seat *seat)
{
	ssize_t len;

	if (!seat->typed_len || seat->state != CONSOLE_OPEN)
		return true;
	len = write(seat->fd, seat->typed + seat->typed_at, seat->typed_len);
	if (len < 0 && errno != EAGAIN && errno != EINTR)
		len = (ssize_t)seat->typed_len; /* reading will tell that it is gone */
	if (len < 0)
		len = 0;
	seat->typed_at += (size_t)len;
	seat->typed_len -= (size_t)len;
	return seat->typed_len == 0;
}

static void serve_bytes(struct console_seat *seat, struct text bytes, uint64_t now_ms)
{
	if (seat->state == CONSOLE_LOGIN)
		console_seat_shut(seat, WEBSOCKET_POLICY, "the token comes first");
	if (seat->state != CONSOLE_OPEN)
		return; /* keys hit before the prompt are no commands */
	seat->used_ms = now_ms;
	memcpy(seat->typed, bytes.s, bytes.len);
	seat->typed_at = 0;
	seat->typed_len = bytes.len;
	(void)type_rest(seat);
}

static void serve_event(struct console_seat *seat, const struct websocket_event *event,
			uint64_t now_ms)
{
	switch (event->opcode) {
	case WEBSOCKET_TEXT:
		serve_text(seat, event->data, now_ms);
		break;
	case WEBSOCKET_BINARY:
		serve_bytes(seat, event->data, now_ms);
		break;
	case WEBSOCKET_PING: /* the last one is answered (5.5.3) */
		memcpy(seat->pong, event->data.s, event->data.len);
		seat->pong_len = event->data.len;
		seat->pongs = true;
		break;
	case WEBSOCKET_CLOSE:
		console_seat_shut(seat, WEBSOCKET_NORMAL, "");
		break;
	default:
		break; /* a pong: it was heard */
	}
}

static ssize_t tunnel_receive(void *ctx, const char *data, size_t len)
{
	struct console_seat *seat = ctx;
	uint64_t now_ms = clock_monotonic_ms();
	size_t taken = 0;

	seat->heard_ms = now_ms;
	seat->pings = false;
	while (taken < len && seat->state != CONSOLE_CLOSING && type_rest(seat)) {
		struct websocket_event event;
		size_t used;
		int err = websocket_take(&seat->ws, data + taken, len - taken, &used,
					 &event);

		taken += used;
		if (err == 0)
			serve_event(seat, &event, now_ms);
		else if (err == -EMSGSIZE)
			console_seat_shut(seat, WEBSOCKET_TOO_BIG, "too long");
		else if (err != -EAGAIN)
			console_seat_shut(seat, WEBSOCKET_PROTOCOL_ERROR,
					  "not WebSocket");
	}
	return (ssize_t)(seat->state == CONSOLE_CLOSING ? len : taken);
}

/* ---- to the client */

static void keep_times(struct console_seat *seat, uint64_t now_ms)
{
	bool waits = seat->state == CONSOLE_LOGIN || seat->state == CONSOLE_WAITING;

	if (waits && now_ms >= seat->limit_ms)
		console_seat_shut(seat, CONSOLE_TOO_SLOW,
				  seat->state == CONSOLE_LOGIN ? "no token within 5 s"
							       : "PID 1 does not answer");
	if (seat->state != CONSOLE_OPEN)
		return;
	if (now_ms >= seat->used_ms + CONSOLE_IDLE_MS)
		console_seat_shut(seat, CONSOLE_TOO_SLOW, "not used for 15 minutes");
	else if (now_ms >= seat->heard_ms + 2 * PING_MS)
		console_seat_shut(seat, WEBSOCKET_GOING_AWAY,
				  "no answer"); /* to nobody, perhaps */
}

/* Bytes of the frame with what the shell has written, or that it has ended; 0: neither. */
static size_t read_terminal(struct console_seat *seat, char *data, size_t size,
			    uint64_t now_ms)
{
	size_t room = size - WEBSOCKET_FRAME_SIZE(0);
	ssize_t len = read(seat->fd, data + WEBSOCKET_FRAME_SIZE(0),
			   room < CHUNK_MAX ? room : CHUNK_MAX);

	if (len > 0) {
		seat->used_ms = now_ms;
		return websocket_frame(WEBSOCKET_BINARY, data, (size_t)len);
	}
	/* EIO: nobody has the other end any more */
	if (len == 0 || (errno != EAGAIN && errno != EINTR))
		console_seat_shut(seat, WEBSOCKET_NORMAL, "the shell has ended");
	return 0;
}

static ssize_t tunnel_fill(void *ctx, char *data, size_t size)
{
	struct console_seat *seat = ctx;
	uint64_t now_ms = clock_monotonic_ms();
	size_t len = 0;

	if (size < WEBSOCKET_FRAME_SIZE(WEBSOCKET_CONTROL_MAX))
		return 0;
	if (seat->closed)
		return -ESHUTDOWN;
	(void)type_rest(seat);
	keep_times(seat, now_ms);
	if (seat->state == CONSOLE_OPEN && seat->says_ready) {
		seat->says_ready = false;
		return (ssize_t)websocket_frame_of(WEBSOCKET_TEXT, READY,
						   sizeof(READY) - 1, data);
	}
	if (seat->state != CONSOLE_CLOSING && seat->pongs) {
		seat->pongs = false;
		return (ssize_t)websocket_frame_of(WEBSOCKET_PONG, seat->pong,
						   seat->pong_len, data);
	}
	if (seat->state == CONSOLE_OPEN)
		len = read_terminal(seat, data, size, now_ms);
	if (len)
		return (ssize_t)len;
	if (seat->state == CONSOLE_CLOSING) {
		seat->closed = true;
		return (ssize_t)websocket_frame_close(seat->code, seat->reason, data);
	}
	if (now_ms < seat->heard_ms + PING_MS || seat->pings)
		return 0;
	seat->pings = true;
	return (ssize_t)websocket_frame_of(WEBSOCKET_PING, NULL, 0, data);
}

static int tunnel_fd(void *ctx)
{
	const struct console_seat *seat = ctx;

	return seat->state == CONSOLE_OPEN ? seat->fd : -1;
}

static uint64_t tunnel_due_ms(void *ctx)
{
	const struct console_seat *seat = ctx;
	uint64_t ping_ms = seat->heard_ms + (seat->pings ? 2 * PING_MS : PING_MS);
	uint64_t idle_ms = seat->used_ms + CONSOLE_IDLE_MS;

	if (seat->state == CONSOLE_CLOSING || seat->says_ready || seat->pongs)
		return 0;
	if (seat->state != CONSOLE_OPEN)
		return seat->limit_ms;
	if (seat->typed_len)
		return clock_monotonic_ms() + TYPE_AGAIN_MS;
	return ping_ms < idle_ms ? ping_ms : idle_ms;
}

static void tunnel_close(void *ctx)
{
	struct console_seat *seat = ctx;

	hang_up(seat);
	memset(&seat->ws, 0, sizeof(seat->ws));
	seat->state = CONSOLE_FREE;
}

const struct http_tunnel console_tunnel = {
	.receive = tunnel_receive,
	.fill = tunnel_fill,
	.fd = tunnel_fd,
	.due_ms = tunnel_due_ms,
	.close = tunnel_close,
};
