/* A whole connection: the first byte says how the rest is cut into pieces, which come one after the
 * other. Whatever comes, the connection ends up free or waiting, and answers no more than it was
 * asked. */
#include "http/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t tell(void *ctx, struct response *response, uint64_t now_ms)
{
	(void)ctx;
	response->more_at_ms = now_ms + 1;
	if (response->more_offset++ > 2)
		return 0;
	memcpy(response->text, "news", 4);
	return response->more_offset == 1 ? -EAGAIN : 4;
}

static void handle(void *ctx, const struct http_exchange *x, struct response *response)
{
	unsigned *asked = ctx;

	(*asked)++;
	if (x->body.len > HTTP_BODY_MAX || x->request->refusal)
		abort();
	if (x->request->query.s) {
		response->status = 200;
		response->more = tell;
	} else {
		response_set_status(response, 404);
	}
}

static void drop_answers(int fd)
{
	char data[16384];

	while (read(fd, data, sizeof(data)) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct connection c;
	unsigned asked = 0;
	const struct http_handler handler = { .answer = handle, .ctx = &asked };
	struct http_counters counters = { .accepted = 0 };
	const struct connection_service service = { &handler, &counters };
	size_t step = size ? data[0] + 1 : 1, off = size ? 1 : 0;
	uint64_t now_ms = 1000;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
		abort();
	if (!connection_open(&c, pair[1], NULL, now_ms))
		abort();
	for (unsigned round = 0; c.state != CONNECTION_FREE && round < 1000; round++) {
		size_t len = size - off < step ? size - off : step;

		if (len && write(pair[0], data + off, len) == (ssize_t)len)
			off += len;
		connection_serve(&c, &service, now_ms);
		drop_answers(pair[0]);
		if (off == size && c.state != CONNECTION_FREE) {
			now_ms = c.deadline_ms;
			connection_expire(&c, &service, now_ms);
		}
	}
	if (c.state != CONNECTION_FREE) /* everything ends by its deadlines */
		abort();
	if (asked > size / 16)
		abort();
	close(pair[0]);
	return 0;
}
