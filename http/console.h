/* The console in the browser: GET /api/v1/console becomes a WebSocket with the subprotocol
 * rootling.console.v1, and that the terminal of a shell that PID 1 starts.
 *
 * Binary messages are the bytes of the terminal, both ways. Text messages are JSON: the client's are
 * those of console_message.h, of which the token comes first, within five seconds; a client whose
 * certificate is trusted needs none. Ours is {"ready":true} when the shell runs. The close code says
 * what was wrong, in our range with the number that HTTP has for it. Only over TLS. */
#ifndef HTTP_CONSOLE_H
#define HTTP_CONSOLE_H

#include "http/exchange.h"
#include "http/websocket.h"

#include <stdbool.h>

#define CONSOLE_PROTOCOL "rootling.console.v1"
#define CONSOLE_SEATS	 8 /* of which one has the console, and the others are logging in */
#define CONSOLE_PER_PEER 2 /* of those, so that nobody alone can keep the others out */
#define CONSOLE_LOGIN_MS 5000
#define CONSOLE_IDLE_MS	 900000 /* without a byte in either direction */

enum console_code {
	CONSOLE_WRONG_TOKEN = 4401,
	CONSOLE_NOT_ALLOWED = 4403, /* by PID 1 */
	CONSOLE_TOO_SLOW = 4408,
	CONSOLE_TAKEN = 4409,	 /* by another client */
	CONSOLE_TOO_MANY = 4429, /* wrong tokens */
};

struct console_config {
	/* 0; -EACCES: wrong; -EAGAIN: not looked at, after too many wrong ones */
	int (*check)(void *ctx, struct text token, const struct http_peer *peer,
		     uint64_t now_ms);
	/* Asks PID 1 for a shell, which comes by console_give() with this @id. @token is empty for a
	 * client with a certificate. 0 or -errno. */
	int (*ask)(void *ctx, uint32_t id, struct text token,
		   const struct http_peer *peer);
	void *ctx;
};

struct console_seat {
	/* private */
	struct console *console;
	enum {
		CONSOLE_FREE,
		CONSOLE_LOGIN,
		CONSOLE_WAITING, /* for PID 1 */
		CONSOLE_OPEN,
		CONSOLE_CLOSING,
	} state;
	int fd;	     /* of the terminal, in state OPEN */
	uint32_t id; /* what PID 1 was asked with */
	bool says_ready, pings, closed;
	uint16_t code; /* of closing */
	const char *reason;
	uint64_t limit_ms; /* for LOGIN and WAITING */
	uint64_t heard_ms; /* the client: anything */
	uint64_t used_ms;
	uint16_t columns, rows;	    /* 0: not said */
	size_t typed_at, typed_len; /* of @typed: what the terminal had no room for */
	size_t pong_len;	    /* with @pongs */
	bool pongs;
	struct http_peer peer;
	struct websocket ws;
	char typed[WEBSOCKET_DATA_MAX];
	char pong[WEBSOCKET_CONTROL_MAX];
};

struct console {
	const struct console_config *config; /* borrowed */
	uint32_t last_id;
	struct console_seat seats[CONSOLE_SEATS];
};

void console_start(struct console *console, const struct console_config *config);

/* @ctx is the console; the shape of a struct http_handler. */
void console_answer(void *ctx, const struct http_exchange *exchange,
		    struct response *response);

/* PID 1's answer: the terminal, which does not block and now is the console's, or -EPERM: not
 * allowed, or another -errno. */
void console_give(struct console *console, uint32_t id, int fd_or_err);

#endif
