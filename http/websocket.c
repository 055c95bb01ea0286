#include "http/websocket.h"

#include "lib/sha1.h"

#include <errno.h>
#include <string.h>

#define KEY_LEN	   24 /* 16 bytes in base64 */
#define GUID	   "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define HEAD_FIXED 2
#define MASK_SIZE  4
#define FIN	   0x80
#define RESERVED   0x70
#define OPCODE	   0x0f
#define MASKED	   0x80
#define LENGTH	   0x7f
#define LENGTH_16  126 /* … follow as 16 bits */
#define LENGTH_64  127
#define IS_CONTROL 0x08 /* bit of the opcode */
#define CODE_SIZE  2

static const char base64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- the handshake */

static bool is_key(struct text key)
{
	if (!key.s || key.len != KEY_LEN || memcmp(key.s + KEY_LEN - 2, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < KEY_LEN - 2; i++)
		if (!key.s[i] || !strchr(base64, key.s[i]))
			return false;
	return true;
}

/* 20 bytes leave two in the last group of three. */
static void encode(const uint8_t digest[SHA1_SIZE], char out[WEBSOCKET_ACCEPT_SIZE])
{
	size_t len = 0;

	for (size_t i = 0; i < SHA1_SIZE; i += 3) {
		uint32_t group = (uint32_t)digest[i] << 16 |
				 (uint32_t)digest[i + 1] << 8 |
				 (i + 2 < SHA1_SIZE ? digest[i + 2] : 0);

		for (unsigned shift = 24; shift; shift -= 6)
			out[len++] = base64[group >> (shift - 6) & 63];
	}
	out[len - 1] = '=';
	out[len] = '\0';
}

int websocket_accept(struct text key, char out[WEBSOCKET_ACCEPT_SIZE])
{
	char text[KEY_LEN + sizeof(GUID) - 1];
	uint8_t digest[SHA1_SIZE];

	if (!is_key(key))
		return -EINVAL;
	memcpy(text, key.s, KEY_LEN);
	memcpy(text + KEY_LEN, GUID, sizeof(GUID) - 1);
	sha1(text, sizeof(text), digest);
	encode(digest, out);
	return 0;
}

/* ---- reading */

void websocket_start(struct websocket *ws)
{
	memset(ws, 0, offsetof(struct websocket, data));
}

static size_t length_size(const struct websocket *ws)
{
	unsigned length = ws->head[1] & LENGTH;

	return length == LENGTH_64 ? 8 : length == LENGTH_16 ? 2 : 0;
}

static uint64_t length_of(const struct websocket *ws)
{
	uint64_t length = 0;
	size_t size = length_size(ws);

	if (!size)
		return ws->head[1] & LENGTH;
	for (size_t i = 0; i < size; i++)
		length = length << 8 | ws->head[HEAD_FIXED + i];
	return length;
}

/* What the first two bytes say already (5.2, 5.4, 5.5). */
static int check_start(const struct websocket *ws)
{
	unsigned opcode = ws->head[0] & OPCODE;
	bool fin = ws->head[0] & FIN;

	if ((ws->head[0] & RESERVED) || !(ws->head[1] & MASKED))
		return -EPROTO;
	switch (opcode) {
	case WEBSOCKET_CONTINUATION:
		return ws->message ? 0 : -EPROTO;
	case WEBSOCKET_TEXT:
	case WEBSOCKET_BINARY:
		return ws->message ? -EPROTO : 0;
	case WEBSOCKET_CLOSE:
	case WEBSOCKET_PING:
	case WEBSOCKET_PONG:
		return fin && (ws->head[1] & LENGTH) <= WEBSOCKET_CONTROL_MAX ? 0
									      : -EPROTO;
	}
	return -EPROTO;
}

static int start_payload(struct websocket *ws)
{
	unsigned opcode = ws->head[0] & OPCODE;

	ws->left = length_of(ws);
	ws->done = 0;
	ws->in_payload = true;
	/* the shortest form, and the top bit of 64 is never set */
	if (length_size(ws) == 2 && ws->left < LENGTH_16)
		return -EPROTO;
	if (length_size(ws) == 8 && (ws->left <= UINT16_MAX || ws->left >> 63))
		return -EPROTO;
	if (opcode & IS_CONTROL) {
		ws->control_len = 0;
		return 0;
	}
	if (opcode != WEBSOCKET_CONTINUATION) {
		ws->message = (uint8_t)opcode;
		ws->len = 0;
	}
	return ws->message == WEBSOCKET_TEXT && ws->left > sizeof(ws->data) - ws->len
		       ? -EMSGSIZE
		       : 0;
}

/* Takes what belongs to the head of the frame. -EAGAIN: it is not complete. */
static int take_head(struct websocket *ws, const char *data, size_t len, size_t *used)
{
	while (*used < len) {
		size_t need = HEAD_FIXED;

		ws->head[ws->head_len++] = (uint8_t)data[(*used)++];
		if (ws->head_len < HEAD_FIXED)
			continue;
		if (ws->head_len == HEAD_FIXED && check_start(ws))
			return -EPROTO;
		need += length_size(ws) + MASK_SIZE;
		if (ws->head_len == need)
			return start_payload(ws);
	}
	return -EAGAIN;
}

static void unmask(struct websocket *ws, const char *from, char *to, size_t len)
{
	const uint8_t *mask = ws->head + ws->head_len - MASK_SIZE;

	for (size_t i = 0; i < len; i++)
		to[i] = (char)((uint8_t)from[i] ^ mask[(ws->done + i) % MASK_SIZE]);
	ws->done += len;
	ws->left -= len;
}

/* The bytes of a message collect in @data, those of a control frame in @control. */
static size_t take_payload(struct websocket *ws, const char *data, size_t len)
{
	bool is_control = ws->head[0] & IS_CONTROL;
	char *to = is_control ? ws->control : ws->data;
	size_t *at = is_control ? &ws->control_len : &ws->len;
	size_t room = (is_control ? sizeof(ws->control) : sizeof(ws->data)) - *at;
	size_t take = len < room ? len : room;

	if (take > ws->left)
		take = (size_t)ws->left;
	unmask(ws, data, to + *at, take);
	*at += take;
	return take;
}

/* Those that may be sent, registered or private (7.4). */
static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

static int read_close(const struct websocket *ws, struct websocket_event *event)
{
	const uint8_t *p = (const uint8_t *)ws->control;

	event->code = WEBSOCKET_NO_CODE;
	if (ws->control_len == 0)
		return 0;
	if (ws->control_len < CODE_SIZE || !is_code(p[0] << 8 | p[1]))
		return -EPROTO;
	event->code = (uint16_t)(p[0] << 8 | p[1]);
	event->data.s += CODE_SIZE;
	event->data.len -= CODE_SIZE;
	return 0;
}

/* At the end of a frame or when @data is full. */
static int make_event(struct websocket *ws, struct websocket_event *event)
{
	unsigned opcode = ws->head[0] & OPCODE;
	bool frame_ended = ws->left == 0;
	bool message_ended = frame_ended && (ws->head[0] & FIN);

	if (frame_ended) {
		ws->head_len = 0;
		ws->in_payload = false;
	}
	if (opcode & IS_CONTROL) {
		*event = (struct websocket_event){ opcode,
						   { ws->control, ws->control_len },
						   0 };
		return opcode == WEBSOCKET_CLOSE ? read_close(ws, event) : 0;
	}
	*event = (struct websocket_event){ ws->message, { ws->data, ws->len }, 0 };
	if (message_ended)
		ws->message = WEBSOCKET_CONTINUATION;
	if (event->opcode == WEBSOCKET_TEXT && !message_ended)
		return -EAGAIN;
	if (event->opcode == WEBSOCKET_BINARY && ws->len == 0)
		return -EAGAIN; /* an empty piece means nothing */
	ws->len = 0;
	return 0;
}

int websocket_take(struct websocket *ws, const char *data, size_t len, size_t *used,
		   struct websocket_event *event)
{
	int err = -EAGAIN;

	*used = 0;
	while (err == -EAGAIN) {
		bool is_control;

		if (!ws->in_payload) {
			err = take_head(ws, data, len, used);
			if (err)
				return err;
		}
		*used += take_payload(ws, data + *used, len - *used);
		is_control = ws->head[0] & IS_CONTROL;
		/* bytes for a terminal do not wait for their frame's end */
		if (ws->left && (is_control || ws->message == WEBSOCKET_TEXT || !ws->len))
			return -EAGAIN;
		err = make_event(ws, event);
	}
	return err;
}

/* ---- writing */

size_t websocket_frame(enum websocket_opcode opcode, char *frame, size_t len)
{
	size_t head_len = len < LENGTH_16 ? HEAD_FIXED : HEAD_FIXED + 2;

	frame[0] = (char)(FIN | opcode);
	frame[1] = (char)(len < LENGTH_16 ? len : LENGTH_16);
	if (len < LENGTH_16) {
		memmove(frame + head_len, frame + WEBSOCKET_FRAME_SIZE(0), len);
	} else {
		frame[2] = (char)(len >> 8);
		frame[3] = (char)len;
	}
	return head_len + len;
}

size_t websocket_frame_of(enum websocket_opcode opcode, const void *data, size_t len,
			  char *frame)
{
	if (len)
		memcpy(frame + WEBSOCKET_FRAME_SIZE(0), data, len);
	return websocket_frame(opcode, frame, len);
}

size_t websocket_frame_close(uint16_t code, const char *reason,
			     char frame[WEBSOCKET_FRAME_SIZE(WEBSOCKET_CONTROL_MAX)])
{
	char *payload = frame + WEBSOCKET_FRAME_SIZE(0);
	size_t len = strlen(reason), max = WEBSOCKET_CONTROL_MAX - CODE_SIZE;

	if (len > max)
		len = max;
	payload[0] = (char)(code >> 8);
	payload[1] = (char)code;
	memcpy(payload + CODE_SIZE, reason, len);
	return websocket_frame(WEBSOCKET_CLOSE, frame, CODE_SIZE + len);
}
