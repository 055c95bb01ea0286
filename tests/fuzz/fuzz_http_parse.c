#include "http/http.h"
#include "http/parse.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct http_request *request, const char *data, size_t size)
{
	if (request->method == HTTP_OTHER)
		return;
	if (request->path_len == 0 || request->path[0] != '/')
		abort();
	for (size_t i = 0; i < request->path_len; i++)
		if (request->path[i] <= ' ' || request->path[i] == '?')
			abort();
	if (request->path_len ==
	    1) /* may be our own "/" for an absolute target without a path */
		return;
	if (request->path < data || request->path + request->path_len > data + size)
		abort();
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
		(void)http_listen_parse(text, &listen);
	}
	return 0;
}
