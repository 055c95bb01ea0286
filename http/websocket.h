/* The frames of WebSocket (RFC 6455), as a server reads and writes them. Pure: bytes in, one event
 * at a time out. What the RFC forbids a client is refused: frames without a mask, reserved bits and
 * opcodes, control frames that are long or in pieces, lengths not in their shortest form. Text is
 * not checked for UTF-8: whoever reads it knows what it takes. */
#ifndef HTTP_WEBSOCKET_H
#define HTTP_WEBSOCKET_H

#include "http/text.h"

#include <sys/types.h>

#define WEBSOCKET_ACCEPT_SIZE	  29
#define WEBSOCKET_DATA_MAX	  1024 /* of a text message, and of the bytes of one event */
#define WEBSOCKET_CONTROL_MAX	  125
#define WEBSOCKET_FRAME_SIZE(len) ((len) + 4) /* of one of ours, at most */
#define WEBSOCKET_PAYLOAD_MAX	  65535	      /* of one of ours */

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

/* Section 7.4.1 */
enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_NO_CODE = 1005, /* never sent: a close frame that gives none */
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL_ERROR = 1011,
};

struct websocket {
	/* private */
	uint8_t head[14]; /* of the frame that is coming: two bytes, length, mask */
	uint8_t head_len;
	uint8_t message; /* opcode of the message under way; CONTINUATION: none */
	bool in_payload;
	uint64_t done, left; /* of the payload, bytes */
	size_t len;	     /* of @data */
	size_t control_len;
	char data[WEBSOCKET_DATA_MAX];
	char control[WEBSOCKET_CONTROL_MAX]; /* may come amid the pieces of a message */
};

struct websocket_event {
	/* TEXT: a whole message; BINARY: the next bytes, of whichever message; CLOSE, with @code and
	 * the reason as its text; PING; PONG */
	enum websocket_opcode opcode;
	struct text data; /* valid until the next call */
	uint16_t code;
};

/* What the answer to a Sec-WebSocket-Key is (4.2.2). 0; -EINVAL: that is none. */
int websocket_accept(struct text key, char out[WEBSOCKET_ACCEPT_SIZE]);

/* Zeroes do as well. */
void websocket_start(struct websocket *ws);

/* *@used of @len bytes were taken. 0: here is @event, and there may be more in the rest; -EAGAIN: all
 * was taken and no event is complete; -EPROTO, -EMSGSIZE: close, and call it no more. */
int websocket_take(struct websocket *ws, const char *data, size_t len, size_t *used,
		   struct websocket_event *event);

/* Makes one frame of the @len bytes at @frame + 4, of WEBSOCKET_PAYLOAD_MAX at most: its head comes
 * first and the bytes close up. Its size. */
size_t websocket_frame(enum websocket_opcode opcode, char *frame, size_t len);

/* The same of bytes that are elsewhere; @frame has room for WEBSOCKET_FRAME_SIZE(@len). */
size_t websocket_frame_of(enum websocket_opcode opcode, const void *data, size_t len,
			  char *frame);

/* With @reason cut to what fits. */
size_t websocket_frame_close(uint16_t code, const char *reason,
			     char frame[WEBSOCKET_FRAME_SIZE(WEBSOCKET_CONTROL_MAX)]);

#endif
