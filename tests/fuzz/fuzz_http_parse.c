#include "http/listen.h"
#include "http/parse.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct http_request *request, const char *data, size_t size)
{
	struct text path = request->path;

	if (request->method == HTTP_OTHER || text_is(path, "*"))
		return;
	if (path.len == 0 || path.s[0] != '/')
		abort();
	for (size_t i = 0; i < path.len; i++)
		if (path.s[i] <= ' ' || path.s[i] == '?')
			abort();
	/* may be our own "/" for an absolute target without a path */
	if (path.len > 1 && (path.s < data || path.s + path.len > data + size))
		abort();
	for (unsigned i = 0; i < HTTP_FIELD_COUNT; i++) {
		struct text value = request->fields[i];

		if (value.s && (value.s < data || value.s + value.len > data + size))
			abort();
	}
}

/* A request that is complete must read the same whatever follows it, and not before its
 * end. */
static void check_increment(const char *data, const struct http_request *whole)
{
	struct http_request part;

	if (http_parse(data, whole->head_len, &part) != 0 ||
	    part.head_len != whole->head_len)
		abort();
	if (http_parse(data, whole->head_len - 1, &part) != -EAGAIN)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request request;
	struct http_listen listen;
	char text[64];
	int err = http_parse((const char *)data, size, &request);

	if (err == 0) {
		check_path(&request, (const char *)data, size);
		check_increment((const char *)data, &request);
	} else if (err == -EBADMSG ? request.refusal < 400 : err != -EAGAIN) {
		abort();
	} else if (err == -EAGAIN && size >= HTTP_HEAD_MAX) {
		abort();
	}
	if (size < sizeof(text)) {
		memcpy(text, data, size);
		text[size] = '\0';
		(void)http_listen_parse(text, false, &listen);
	}
	return 0;
}
