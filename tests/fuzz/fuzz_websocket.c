/* A stream of frames must mean the same however it is cut, and nothing may be larger than it says. */
#include "http/websocket.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct meaning {
	uint64_t
		hash; /* of all events; where the bytes of a message are cut does not count */
	unsigned last;
	int err;
};

static void add(struct meaning *m, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		m->hash = (m->hash ^ (uint8_t)data[i]) * 0x100000001b3;
}

static void add_event(struct meaning *m, const struct websocket_event *event)
{
	char opcode = (char)event->opcode;

	if (event->data.len > WEBSOCKET_DATA_MAX)
		abort();
	if (event->opcode >= WEBSOCKET_CLOSE && event->data.len > WEBSOCKET_CONTROL_MAX)
		abort();
	if (event->opcode == WEBSOCKET_BINARY && event->data.len == 0)
		abort();
	if (event->opcode != WEBSOCKET_BINARY || m->last != WEBSOCKET_BINARY)
		add(m, &opcode, 1);
	add(m, event->data.s, event->data.len);
	m->last = event->opcode;
}

static struct meaning read_frames(const char *data, size_t size, size_t step)
{
	struct meaning m = { .hash = 0xcbf29ce484222325 };
	struct websocket_event event;
	struct websocket ws = { 0 };

	for (size_t off = 0; off < size;) {
		size_t used, len = size - off < step ? size - off : step;
		int err = websocket_take(&ws, data + off, len, &used, &event);

		if (used > len || (err == -EAGAIN && used != len) ||
		    (err == 0 && used == 0 && event.opcode != WEBSOCKET_BINARY))
			abort();
		off += used;
		if (err == 0)
			add_event(&m, &event);
		else if (err != -EAGAIN) {
			m.err = err;
			return m;
		}
	}
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];
	struct text key = { (const char *)data, size };
	struct meaning whole, pieces;

	if (websocket_accept(key, accept) == 0 && strlen(accept) != sizeof(accept) - 1)
		abort();
	if (size < 2)
		return 0;
	whole = read_frames((const char *)data + 1, size - 1, size);
	pieces = read_frames((const char *)data + 1, size - 1, 1 + data[0] % 16);
	if (whole.hash != pieces.hash || whole.err != pieces.err)
		abort();
	return 0;
}
