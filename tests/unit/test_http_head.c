#include "netroot/http_body.h"
#include "netroot/http_head.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

#define OK "HTTP/1.1 200 OK\r\n"

static int parse(const char *text, struct http_head *out, const char **why)
{
	static char data[HTTP_HEAD_MAX];
	size_t len = strlen(text);

	memcpy(data, text, len);
	assert_int_equal(http_head_len(data, len), len);
	return http_head_parse(data, len, out, why);
}

static struct http_head parsed(const char *text)
{
	struct http_head head;
	const char *why;

	if (parse(text, &head, &why))
		fail_msg("%s: %s", text, why);
	return head;
}

static void a_plain_head(void **state)
{
	struct http_head h = parsed("HTTP/1.1 206 Partial Content\r\n"
				    "Server: x\r\n"
				    "content-length:  10 \r\n"
				    "Content-Range: bytes 5-14/15\r\n"
				    "ETag: \"abc\"\r\n"
				    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				    "Retry-After: 7\r\n"
				    "Location: /x\r\n\r\n");

	(void)state;
	assert_int_equal(h.status, 206);
	assert_true(h.has_length);
	assert_int_equal(h.length, 10);
	assert_true(h.has_range);
	assert_int_equal(h.range_first, 5);
	assert_int_equal(h.range_last, 14);
	assert_int_equal(h.range_total, 15);
	assert_string_equal(h.etag, "\"abc\"");
	assert_string_equal(h.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_int_equal(h.retry_after_s, 7);
	assert_string_equal(h.location, "/x");
}

static void the_head_ends_at_the_empty_line(void **state)
{
	static const char text[] = OK "A: b\r\n\r\nbody\r\n\r\n";

	(void)state;
	for (size_t len = 0; len < strlen(text) - 8; len++)
		assert_int_equal(http_head_len(text, len), 0);
	assert_int_equal(http_head_len(text, strlen(text)), strlen(text) - 8);
}

static void what_does_not_matter_is_passed_over(void **state)
{
	struct http_head h = parsed("HTTP/1.0 404\r\nETag: W/\"weak\"\r\n"
				    "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"
				    "Content-Encoding: identity\r\nX-Empty:\r\n\r\n");

	(void)state;
	assert_int_equal(h.status, 404);
	assert_true(h.is_1_0);
	assert_string_equal(h.etag, "");
	assert_int_equal(h.retry_after_s, 0);
	assert_false(h.has_length);
	assert_int_equal(parsed(OK "Content-Range: bytes */10\r\n\r\n").has_range, false);
	assert_int_equal(parsed(OK "Content-Range: bytes 0-0/*\r\n\r\n").range_total, 0);
}

static void doubtful_heads_are_refused(void **state)
{
	static const char *const rows[] = {
		"HTTP/2 200 OK\r\n\r\n",
		"HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 600 OK\r\n\r\n",
		"HTTP/1.1 099 OK\r\n\r\n",
		"ICY 200 OK\r\n\r\n",
		"<html>\r\n\r\n",
		OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
		OK "Content-Length: 1, 1\r\n\r\n",
		OK "Content-Length: -1\r\n\r\n",
		OK "Content-Length: +1\r\n\r\n",
		OK "Content-Length: 0x10\r\n\r\n",
		OK "Content-Length: 18446744073709551616\r\n\r\n",
		OK "Content-Length:\r\n\r\n",
		OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		OK "Content-Encoding: gzip\r\n\r\n",
		OK "Content-Range: bytes 5-4/10\r\n\r\n",
		OK "Content-Range: bytes 5-10/10\r\n\r\n",
		OK "Content-Range: bytes 0-18446744073709551615/*\r\n\r\n",
		OK "Content-Range: bytes 0-1/2\r\nContent-Range: bytes 0-1/2\r\n\r\n",
		OK "Location: /a\r\nLocation: /b\r\n\r\n",
		OK "Content-Length : 1\r\n\r\n",
		OK " Content-Length: 1\r\n\r\n",
		OK "A: b\r\n folded\r\n\r\n",
		OK "A: b\nContent-Length: 1\r\n\r\n",
		OK "A: b\rc\r\n\r\n",
		OK "no colon\r\n\r\n",
		OK ": no name\r\n\r\n",
	};
	struct http_head head;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (parse(rows[i], &head, &why) != -EBADMSG || !*why)
			fail_msg("taken: %s", rows[i]);
}

static void no_byte_is_nul(void **state)
{
	char data[] = OK "A: b\0c\r\n\r\n";
	struct http_head head;
	const char *why;

	(void)state;
	assert_int_equal(http_head_parse(data, sizeof(data) - 1, &head, &why), -EBADMSG);
}

static void a_location_too_long_is_refused(void **state)
{
	char text[2000] = OK "Location: ";
	size_t len = strlen(text);
	struct http_head head;
	const char *why;

	(void)state;
	memset(text + len, 'x', 1100);
	memcpy(text + len + 1100, "\r\n\r\n", 5);
	assert_int_equal(parse(text, &head, &why), -EBADMSG);
}

/* ---- the body */

/* All of it, in pieces of @step bytes, into @out. */
static int read_body(struct http_body *b, const char *text, size_t step, char *out)
{
	size_t size = strlen(text), total = 0;

	for (size_t off = 0; off < size; off += step) {
		struct cursor in =
			cursor_over(text + off, size - off < step ? size - off : step);
		const uint8_t *data;
		size_t len;

		do {
			if (http_body_next(b, &in, &data, &len))
				return -EBADMSG;
			memcpy(out + total, data ? (const char *)data : "", len);
			total += len;
		} while (len);
	}
	out[total] = '\0';
	return 0;
}

static void a_body_of_known_length(void **state)
{
	struct http_body b;
	char out[64];

	(void)state;
	for (size_t step = 1; step < 12; step++) {
		http_body_of_length(&b, 10);
		assert_int_equal(read_body(&b, "0123456789abc", step, out), 0);
		assert_string_equal(out, "0123456789");
		assert_int_equal(b.state, HTTP_BODY_DONE);
	}
	http_body_of_length(&b, 0);
	assert_int_equal(b.state, HTTP_BODY_DONE);
}

static void chunks(void **state)
{
	static const char text[] =
		"4\r\nWiki\r\n0005 ; name=value\r\npedia\r\n"
		"e\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\nmore";
	struct http_body b;
	char out[128];

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		http_body_chunked(&b);
		assert_int_equal(read_body(&b, text, step, out), 0);
		assert_string_equal(out, "Wikipedia in\r\n\r\nchunks.");
		assert_int_equal(b.state, HTTP_BODY_DONE);
	}
}

static void wrong_chunks_are_refused(void **state)
{
	static const char *const rows[] = {
		"x\r\n",
		"\r\n",
		"-1\r\n",
		"4\nWiki\r\n0\r\n\r\n",
		"4\r\nWikipedia\r\n",
		"4\r\nWiki\n",
		"10000000000000000\r\n",
		"0x4\r\nWiki\r\n",
	};
	struct http_body b;
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		http_body_chunked(&b);
		if (read_body(&b, rows[i], 3, out) != -EBADMSG)
			fail_msg("taken: %s", rows[i]);
	}
}

static void what_means_nothing_is_not_read_for_ever(void **state)
{
	static char text[200000];
	struct http_body b;
	char out[16];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "1;", 2); /* an extension without end */
	http_body_chunked(&b);
	assert_int_equal(read_body(&b, text, 1000, out), -EBADMSG);
	for (size_t i = 3; i + 6 < sizeof(text); i += 6)
		memcpy(text + i, "a: b\r\n", 6);
	memcpy(text, "0\r\n", 3); /* a trailer without end */
	http_body_chunked(&b);
	assert_int_equal(read_body(&b, text, 1000, out), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_head),
		cmocka_unit_test(the_head_ends_at_the_empty_line),
		cmocka_unit_test(what_does_not_matter_is_passed_over),
		cmocka_unit_test(doubtful_heads_are_refused),
		cmocka_unit_test(no_byte_is_nul),
		cmocka_unit_test(a_location_too_long_is_refused),
		cmocka_unit_test(a_body_of_known_length),
		cmocka_unit_test(chunks),
		cmocka_unit_test(wrong_chunks_are_refused),
		cmocka_unit_test(what_means_nothing_is_not_read_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
