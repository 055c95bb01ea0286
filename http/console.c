#include "http/console.h"

#include "http/console_seat.h"

#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define ASK_MS 10000 /* PID 1 may be amid something */

/* ---- who has the console */

static bool is_taken(const struct console *console)
{
	for (unsigned i = 0; i < CONSOLE_SEATS; i++)
		if (console->seats[i].state == CONSOLE_WAITING ||
		    console->seats[i].state == CONSOLE_OPEN)
			return true;
	return false;
}

void console_ask(struct console_seat *seat, struct text token, uint64_t now_ms)
{
	struct console *console = seat->console;

	if (is_taken(console)) {
		console_seat_shut(seat, CONSOLE_TAKEN, "somebody else has the console");
		return;
	}
	seat->id = ++console->last_id;
	if (console->config->ask(console->config->ctx, seat->id, token, &seat->peer)) {
		console_seat_shut(seat, WEBSOCKET_INTERNAL_ERROR,
				  "PID 1 cannot be asked");
		return;
	}
	seat->state = CONSOLE_WAITING;
	seat->limit_ms = now_ms + ASK_MS;
}

void console_give(struct console *console, uint32_t id, int fd_or_err)
{
	for (unsigned i = 0; i < CONSOLE_SEATS; i++) {
		struct console_seat *seat = &console->seats[i];

		if (seat->state != CONSOLE_WAITING || seat->id != id)
			continue;
		if (fd_or_err >= 0)
			console_seat_open(seat, fd_or_err);
		else if (fd_or_err == -EPERM)
			console_seat_shut(seat, CONSOLE_NOT_ALLOWED,
					  "no shell is allowed, or not now");
		else
			console_seat_shut(seat, WEBSOCKET_INTERNAL_ERROR,
					  "the shell cannot start");
		return;
	}
	if (fd_or_err >= 0)
		close(fd_or_err); /* who wanted it has left: the shell is hung up */
}

/* ---- the handshake */

static void refuse(struct response *response, unsigned status, const char *field,
		   const char *value)
{
	response_set_status(response, status);
	if (status == 426) /* RFC 9110, 7.8 */
		response_add_field(response, "Connection", "Upgrade");
	if (field)
		response_add_field(response, field, "%s", value);
}

/* Section 4.2.2 */
static void refuse_version(struct response *response)
{
	refuse(response, 426, "Upgrade", "websocket");
	response_add_field(response, "Sec-WebSocket-Version", "13");
}

/* A page of somebody else must not use what a browser knows of us. Other clients send no Origin. */
static bool is_own_origin(const struct http_request *request)
{
	struct text origin = request->fields[HTTP_ORIGIN];
	struct text host = request->fields[HTTP_HOST];
	size_t scheme_len = strlen("https://");

	if (!origin.s)
		return true;
	return host.s && origin.len == scheme_len + host.len &&
	       memcmp(origin.s, "https://", scheme_len) == 0 &&
	       strncasecmp(origin.s + scheme_len, host.s, host.len) == 0;
}

/* True: it was answered. */
static bool refuses(const struct console *console, const struct http_exchange *exchange,
		    struct response *response)
{
	const struct http_request *request = exchange->request;
	const struct text *fields = request->fields;

	if (!exchange->peer->tls)
		refuse(response, 403, NULL, NULL);
	else if (request->method != HTTP_GET)
		refuse(response, 405, "Allow", "GET");
	else if (request->is_1_0 || !request->wants_upgrade ||
		 !text_lists(fields[HTTP_UPGRADE], "websocket"))
		refuse(response, 426, "Upgrade", "websocket");
	else if (!text_is(fields[HTTP_SEC_WEBSOCKET_VERSION], "13"))
		refuse_version(response);
	else if (!text_lists(fields[HTTP_SEC_WEBSOCKET_PROTOCOL], CONSOLE_PROTOCOL))
		refuse(response, 400, NULL, NULL);
	else if (!is_own_origin(request))
		refuse(response, 403, NULL, NULL);
	else if (is_taken(console))
		refuse(response, 409, NULL, NULL);
	else
		return false;
	return true;
}

/* How many of its clients are logging in. */
static unsigned count_peer(const struct console *console, const struct http_peer *peer)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CONSOLE_SEATS; i++)
		count += console->seats[i].state == CONSOLE_LOGIN &&
			 str_equal(console->seats[i].peer.name, peer->name);
	return count;
}

static struct console_seat *take_seat(struct console *console,
				      const struct http_exchange *exchange)
{
	struct console_seat *seat = console->seats;

	while (seat < console->seats + CONSOLE_SEATS && seat->state != CONSOLE_FREE)
		seat++;
	if (seat == console->seats + CONSOLE_SEATS ||
	    count_peer(console, exchange->peer) >= CONSOLE_PER_PEER)
		return NULL;
	memset(seat, 0, sizeof(*seat));
	seat->console = console;
	seat->fd = -1;
	seat->peer = *exchange->peer;
	seat->heard_ms = seat->used_ms = clock_monotonic_ms();
	seat->limit_ms = seat->heard_ms + CONSOLE_LOGIN_MS;
	seat->state = CONSOLE_LOGIN;
	return seat;
}

void console_answer(void *ctx, const struct http_exchange *exchange,
		    struct response *response)
{
	struct console *console = ctx;
	char accept[WEBSOCKET_ACCEPT_SIZE];
	struct console_seat *seat;

	if (refuses(console, exchange, response))
		return;
	if (websocket_accept(exchange->request->fields[HTTP_SEC_WEBSOCKET_KEY], accept)) {
		refuse(response, 400, NULL, NULL);
		return;
	}
	seat = take_seat(console, exchange);
	if (!seat) {
		refuse(response, 503, "Retry-After", "5");
		return;
	}
	response->status = 101;
	response->no_length = true;
	response_add_field(response, "Upgrade", "websocket");
	response_add_field(response, "Connection", "Upgrade");
	response_add_field(response, "Sec-WebSocket-Accept", "%s", accept);
	response_add_field(response, "Sec-WebSocket-Protocol", CONSOLE_PROTOCOL);
	response->tunnel = &console_tunnel;
	response->tunnel_ctx = seat;
	if (seat->peer.certified)
		console_ask(seat, (struct text){ "", 0 }, seat->heard_ms);
}

void console_start(struct console *console, const struct console_config *config)
{
	memset(console, 0, sizeof(*console));
	console->config = config;
}
