/* A client of the console that sends anything: what it is told is well-formed, and it never gets a byte
 * to the terminal without the token. */
#include "http/console.h"
#include "http/console_message.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct console console;
	uint32_t id;
	bool knows, asked; /* the token; for a shell */
	int shell;	   /* its end */
};

static int check(void *ctx, struct text token, const struct http_peer *peer, uint64_t at)
{
	struct world *w = ctx;

	(void)peer;
	(void)at;
	w->knows = text_is(token, "secret");
	return w->knows ? 0 : -EACCES;
}

static int ask(void *ctx, uint32_t id, struct text token, const struct http_peer *peer)
{
	struct world *w = ctx;

	(void)peer;
	if (!w->knows || !text_is(token, "secret"))
		abort();
	w->id = id;
	w->asked = true;
	return 0;
}

static void give(struct world *w)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	w->shell = pair[0];
	w->asked = false;
	console_give(&w->console, w->id, pair[1]);
}

/* Frames of a server: whole, without a mask, in their shortest form. False: it is over. */
static bool check_output(const struct http_tunnel *tunnel, void *seat)
{
	static char out[8192];
	ssize_t len = tunnel->fill(seat, out, sizeof(out));
	size_t payload, head = 2;

	if (len < 0)
		return false;
	if (len == 0)
		return true;
	if (len < 2 || !(out[0] & 0x80) || (out[1] & 0x80))
		abort();
	payload = (uint8_t)out[1];
	if (payload == 126) {
		head = 4;
		payload = (size_t)(uint8_t)out[2] << 8 | (uint8_t)out[3];
		if (payload < 126)
			abort();
	}
	if ((size_t)len != head + payload)
		abort();
	return true;
}

static void converse(struct world *w, const struct http_tunnel *tunnel, void *seat,
		     const char *data, size_t size)
{
	size_t step = size ? 1 + (uint8_t)data[0] % 64 : 1;

	for (size_t off = size ? 1 : 0; off < size;) {
		size_t len = size - off < step ? size - off : step;
		ssize_t used = tunnel->receive(seat, data + off, len);

		if (used < 0 || (size_t)used > len)
			abort();
		off += used ? (size_t)used : len; /* busy: then those are lost */
		if (w->asked)
			give(w);
		if (!check_output(tunnel, seat))
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	static struct response response;
	const struct console_config config = { check, ask, &w };
	struct http_request request = { .method = HTTP_GET, .wants_upgrade = true };
	struct http_peer peer = { .name = "192.0.2.7", .tls = true };
	struct http_exchange exchange = { .request = &request, .peer = &peer };
	struct console_message message;
	char byte;

	(void)console_message_parse((struct text){ (const char *)data, size }, &message);
	w = (struct world){ .shell = -1 };
	console_start(&w.console, &config);
	request.fields[HTTP_UPGRADE] = text_of("websocket");
	request.fields[HTTP_SEC_WEBSOCKET_VERSION] = text_of("13");
	request.fields[HTTP_SEC_WEBSOCKET_KEY] = text_of("dGhlIHNhbXBsZSBub25jZQ==");
	request.fields[HTTP_SEC_WEBSOCKET_PROTOCOL] = text_of(CONSOLE_PROTOCOL);
	response_init(&response);
	console_answer(&w.console, &exchange, &response);
	if (response.status != 101)
		abort();
	converse(&w, response.tunnel, response.tunnel_ctx, (const char *)data, size);
	response_close(&response);
	if (w.shell >= 0) {
		while (read(w.shell, &byte, 1) > 0)
			;
		if (read(w.shell, &byte, 1) != 0 && errno != ECONNRESET)
			abort(); /* it was not hung up */
		close(w.shell);
	}
	return 0;
}
