#include "http/body.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

#define ROW(text) text, sizeof(text) - 1

static const struct row {
	const char *text;
	size_t len;
	int64_t used; /* of it, by the body; -1: not looked at */
	int err;
	const char *body;
	uint64_t body_len; /* 0: in chunks */
} rows[] = {
	{ ROW("abc"), 3, 0, "abc", 3 },
	{ ROW("abcGET / HTTP/1.1"), 3, 0, "abc", 3 },
	{ ROW("ab"), 2, -EAGAIN, "ab", 3 },
	{ ROW("0\r\n\r\n"), 5, 0, "" },
	{ ROW("000\r\n\r\nGET"), 7, 0, "" },
	{ ROW("1\r\na\r\n0\r\n\r\n"), 11, 0, "a" },
	{ ROW("a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\nx"), 35, 0,
	  "0123456789abcdefghij" },
	{ ROW("2\r\n\r\n\r\n3\r\n0\r\n\r\n0\r\n\r\n"), 20, 0, "\r\n0\r\n" },
	{ ROW("1;a=b;c=\"d;\"\r\nx\r\n0;e\r\n\r\n"), 24, 0, "x" },
	{ ROW("1 \t;a\r\nx\r\n0\r\n\r\n"), 15, 0, "x" },
	{ ROW("1 \r\nx\r\n0\r\n\r\n"), 12, 0, "x" },
	{ ROW("1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\nGET"), 23, 0, "x" },
	{ ROW("0\r\nContent-Length: 3\r\n\r\n"), 24, 0, "" },
	{ ROW("1\r\nx"), 4, -EAGAIN, "x" },
	{ ROW("0\r\n"), 3, -EAGAIN, "" },
	{ ROW("0\r\nA: b\r\n"), 9, -EAGAIN, "" },
	{ ROW("\r\n"), -1, -EBADMSG, "" },
	{ ROW(";a\r\n"), -1, -EBADMSG, "" },
	{ ROW(" 1\r\n"), -1, -EBADMSG, "" },
	{ ROW("-1\r\n"), -1, -EBADMSG, "" },
	{ ROW("+1\r\n"), -1, -EBADMSG, "" },
	{ ROW("0x1\r\n"), -1, -EBADMSG, "" },
	{ ROW("g\r\n"), -1, -EBADMSG, "" },
	{ ROW("1,\r\n"), -1, -EBADMSG, "" },
	{ ROW("1 1\r\n"), -1, -EBADMSG, "" },
	{ ROW("1 a\r\n"), -1, -EBADMSG, "" },
	{ ROW("1\n"), -1, -EBADMSG, "" },
	{ ROW("1\r\r\n"), -1, -EBADMSG, "" },
	{ ROW("1;a\n"), -1, -EBADMSG, "" },
	{ ROW("1;a\rb\r\n"), -1, -EBADMSG, "" },
	{ ROW("1;a\0b\r\n"), -1, -EBADMSG, "" },
	{ ROW("1\r\nab\r\n"), -1, -EBADMSG, "a" },
	{ ROW("1\r\na\n"), -1, -EBADMSG, "a" },
	{ ROW("1\r\na0\r\n\r\n"), -1, -EBADMSG, "a" },
	{ ROW("0\r\n\n"), -1, -EBADMSG, "" },
	{ ROW("0\r\nA: b\n\r\n"), -1, -EBADMSG, "" },
	{ ROW("0\r\n\rx"), -1, -EBADMSG, "" },
	{ ROW("0\r\nA\0: b\r\n"), -1, -EBADMSG, "" },
	{ ROW("1001\r\n"), -1, -EMSGSIZE, "" },
	{ ROW("ffffffffffffffffffffffff1\r\n"), -1, -EMSGSIZE, "" },
	{ ROW("10000000000000001\r\n"), -1, -EMSGSIZE, "" },
};

/* In pieces that end at @cut and at the end. */
static int take(struct http_body *body, const struct row *row, size_t cut, size_t *used)
{
	const struct http_request request = { .chunked = !row->body_len,
					      .body_len = row->body_len };
	size_t more = 0;
	int err;

	http_body_start(body, &request);
	err = http_body_take(body, row->text, cut, used);
	if (err != -EAGAIN)
		return err;
	assert_int_equal(*used, cut);
	err = http_body_take(body, row->text + cut, row->len - cut, &more);
	*used += more;
	return err;
}

static void where_the_pieces_end_changes_nothing(void **state)
{
	static struct http_body body;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		for (size_t cut = 0; cut <= row->len; cut++) {
			size_t used;
			int err = take(&body, row, cut, &used);

			if (err != row->err)
				fail_msg("%d instead of %d: %s", err, row->err,
					 row->text);
			if (row->used >= 0)
				assert_int_equal(used, row->used);
			assert_int_equal(body.len, strlen(row->body));
			assert_memory_equal(body.data, row->body, body.len);
		}
	}
}

/* What @head is followed by, @count times: the error that ends it, or 0. */
static int take_many(const char *head, const char *part, unsigned count)
{
	static struct http_body body;
	const struct http_request request = { .chunked = true };
	size_t used;
	int err;

	http_body_start(&body, &request);
	err = http_body_take(&body, head, strlen(head), &used);
	while (err == -EAGAIN && count--)
		err = http_body_take(&body, part, strlen(part), &used);
	return err == -EAGAIN ? 0 : err;
}

static void everything_has_its_limit(void **state)
{
	(void)state;
	assert_int_equal(take_many("1;", "x", 200), 0);
	assert_int_equal(take_many("1;", "x", 300), -EMSGSIZE);
	assert_int_equal(take_many("0", "0", 300), -EMSGSIZE);
	assert_int_equal(take_many("1", " ", 300), -EMSGSIZE);
	assert_int_equal(take_many("", "1\r\na\r\n", HTTP_BODY_MAX), 0);
	assert_int_equal(take_many("", "1\r\na\r\n", HTTP_BODY_MAX + 1), -EMSGSIZE);
	assert_int_equal(take_many("0\r\n", "A: b\r\n", 300), 0);
	assert_int_equal(take_many("0\r\n", "A: b\r\n", 600), -EMSGSIZE);
	assert_int_equal(take_many("0\r\n", "A", 300), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_the_pieces_end_changes_nothing),
		cmocka_unit_test(everything_has_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
