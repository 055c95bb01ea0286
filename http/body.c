#include "http/body.h"

#include <errno.h>
#include <string.h>

#define LINE_MAX_LEN 256 /* of a chunk's size and its extensions */
#define TRAILERS_MAX 2048

enum state {
	BODY_DONE,
	BODY_LENGTH, /* until @left is 0 */
	CHUNK_SIZE,
	CHUNK_BLANK,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_CR,
	CHUNK_LF,
	TRAILER_START, /* of a line: an empty one is the end */
	TRAILER,
	TRAILER_LF,
	END_LF,
};

void http_body_start(struct http_body *body, const struct http_request *request)
{
	body->state = request->chunked	  ? CHUNK_SIZE
		      : request->body_len ? BODY_LENGTH
					  : BODY_DONE;
	body->left = request->body_len;
	body->line_len = 0;
	body->trailers = 0;
	body->len = 0;
}

static int keep(struct http_body *body, const char *data, size_t len)
{
	if (len > sizeof(body->data) - body->len)
		return -EMSGSIZE;
	memcpy(body->data + body->len, data, len);
	body->len += len;
	body->left -= len;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Blanks may stand before an extension, but no second number. */
static int end_size(struct http_body *body, char c)
{
	if (c == '\r')
		body->state = CHUNK_SIZE_LF;
	else if (c == ';')
		body->state = CHUNK_EXTENSION;
	else if (c == ' ' || c == '\t')
		body->state = CHUNK_BLANK;
	else
		return -EBADMSG;
	return 0;
}

static int take_size(struct http_body *body, char c)
{
	int digit = hex_digit(c);

	if (digit >= 0) {
		body->left = body->left * 16 + (unsigned)digit;
		return body->left > HTTP_BODY_MAX ? -EMSGSIZE : 0;
	}
	return body->line_len > 1 ? end_size(body, c) : -EBADMSG; /* a digit at least */
}

/* Goes on to @next if @c is what must stand here. */
static int step(struct http_body *body, char c, char wanted, enum state next)
{
	if (c != wanted)
		return -EBADMSG;
	body->state = next;
	body->line_len = 0;
	return 0;
}

static int skip_to_cr(struct http_body *body, char c, enum state next)
{
	if (c == '\n' || c == '\0')
		return -EBADMSG;
	if (c == '\r')
		body->state = next;
	return 0;
}

/* A byte that is not content. */
static int take_byte(struct http_body *body, char c)
{
	int err;

	if (++body->line_len > LINE_MAX_LEN)
		return -EMSGSIZE;
	switch ((enum state)body->state) {
	case CHUNK_SIZE:
		return take_size(body, c);
	case CHUNK_BLANK:
		return end_size(body, c);
	case CHUNK_EXTENSION:
		return skip_to_cr(body, c, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		return step(body, c, '\n', body->left ? CHUNK_DATA : TRAILER_START);
	case CHUNK_CR:
		return step(body, c, '\r', CHUNK_LF);
	case CHUNK_LF:
		return step(body, c, '\n', CHUNK_SIZE);
	case TRAILER_START:
	case TRAILER:
		if (++body->trailers > TRAILERS_MAX)
			return -EMSGSIZE;
		err = skip_to_cr(body, c, body->state == TRAILER ? TRAILER_LF : END_LF);
		if (!err && c != '\r')
			body->state = TRAILER;
		return err;
	case TRAILER_LF:
		return step(body, c, '\n', TRAILER_START);
	case END_LF:
		return step(body, c, '\n', BODY_DONE);
	case BODY_DONE:
	case BODY_LENGTH:
	case CHUNK_DATA:
		break;
	}
	return -EBADMSG; /* not reached */
}

int http_body_take(struct http_body *body, const char *data, size_t len, size_t *used)
{
	size_t off = 0;
	int err = 0;

	while (!err && body->state != BODY_DONE && off < len) {
		bool content = body->state == BODY_LENGTH || body->state == CHUNK_DATA;
		size_t step_len = 1;

		if (content) {
			step_len =
				len - off < body->left ? len - off : (size_t)body->left;
			err = keep(body, data + off, step_len);
		} else {
			err = take_byte(body, data[off]);
		}
		off += step_len;
		if (!err && content && body->left == 0)
			body->state = body->state == CHUNK_DATA ? CHUNK_CR : BODY_DONE;
	}
	*used = off;
	if (err)
		return err;
	return body->state == BODY_DONE ? 0 : -EAGAIN;
}
