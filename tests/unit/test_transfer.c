#include "netroot/transfer.h"

#include "lib/version.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

#define MIB 1048576u

static const struct http_head whole = {
	.status = 200,
	.has_length = true,
	.length = 1000,
	.etag = "\"v1\"",
	.last_modified = "yesterday",
};

static enum transfer_verdict judge(struct transfer *t, const struct http_head *head,
				   const char *word)
{
	char reason[128];
	struct buf why = BUF_OVER(reason);
	enum transfer_verdict verdict = transfer_judge(t, head, &why);

	if (!strstr(reason, word) || (!*word && *reason))
		fail_msg("reason: %s", reason);
	return verdict;
}

static struct transfer broken_at(uint64_t offset)
{
	struct transfer t = { .size_max = MIB };

	assert_int_equal(judge(&t, &whole, ""), TRANSFER_ANEW);
	t.offset = offset;
	return t;
}

static const char *request_of(const struct transfer *t, const char *text, bool by_proxy)
{
	static char out[4096];
	struct buf b = BUF_OVER(out);
	struct url url;
	const char *why;

	assert_int_equal(url_parse(text, &url, &why), 0);
	transfer_request(t, &url, by_proxy, &b);
	return out;
}

static void the_first_request(void **state)
{
	struct transfer t = { .size_max = MIB };

	(void)state;
	assert_string_equal(request_of(&t, "http://[2001:db8::1]:81/x?y", false),
			    "GET /x?y HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n"
			    "User-Agent: rootling/" ROOTLING_VERSION "\r\n"
			    "Accept: */*\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(request_of(&t, "http://a/x", true),
			       "GET http://a/x HTTP/1.1\r\nHost: a\r\n"));
}

static void what_is_there_is_not_asked_for_again(void **state)
{
	struct transfer t = broken_at(600);
	struct http_head old = whole;

	(void)state;
	assert_non_null(strstr(request_of(&t, "http://a/x", false),
			       "\r\nRange: bytes=600-\r\nIf-Range: \"v1\"\r\n\r\n"));
	*old.etag = '\0';
	assert_int_equal(judge(&t, &old, ""), TRANSFER_ANEW);
	t.offset = 10;
	assert_non_null(strstr(request_of(&t, "http://a/x", false),
			       "\r\nRange: bytes=10-\r\nIf-Range: yesterday\r\n\r\n"));
	*old.last_modified = '\0';
	assert_int_equal(judge(&t, &old, ""), TRANSFER_ANEW);
	t.offset = 10; /* nothing says that it would be the same file */
	assert_null(strstr(request_of(&t, "http://a/x", false), "Range"));
}

static void the_rest_goes_on_where_it_broke(void **state)
{
	struct transfer t = broken_at(600);
	const struct http_head rest = {
		.status = 206,
		.has_length = true,
		.length = 400,
		.has_range = true,
		.range_first = 600,
		.range_last = 999,
		.range_total = 1000,
	};

	(void)state;
	assert_int_equal(judge(&t, &rest, ""), TRANSFER_ON);
	assert_int_equal(t.offset, 600);
	assert_true(t.was_resumed);
}

static void a_server_without_ranges_starts_anew(void **state)
{
	struct transfer t = broken_at(600);

	(void)state;
	assert_int_equal(judge(&t, &whole, ""), TRANSFER_ANEW);
	assert_int_equal(t.offset, 0);
	assert_false(t.was_resumed);
}

static void another_range_is_not_taken(void **state)
{
	static const struct http_head rows[] = {
		{ .has_range = true,
		  .range_first = 0,
		  .range_last = 999,
		  .range_total = 1000 },
		{ .has_range = true,
		  .range_first = 601,
		  .range_last = 999,
		  .range_total = 1000 },
		{ .has_range = true,
		  .range_first = 600,
		  .range_last = 1999,
		  .range_total = 2000 },
		{ .has_range = true,
		  .range_first = 600,
		  .range_last = 999,
		  .range_total = 1000,
		  .length = 500 },
		{ .has_range = true, .range_first = 600, .range_last = 2 * MIB },
		{ .has_range = false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transfer t = broken_at(600);
		struct http_head head = rows[i];

		head.status = 206;
		head.has_length = true;
		if (!head.length)
			head.length = head.range_last - head.range_first + 1;
		assert_int_equal(judge(&t, &head, "range"), TRANSFER_LATER);
		assert_null(strstr(request_of(&t, "http://a/x", false), "Range"));
	}
}

static void a_range_nobody_asked_for(void **state)
{
	struct transfer t = { .size_max = MIB };
	const struct http_head part = {
		.status = 206,
		.has_length = true,
		.length = 1000,
		.has_range = true,
		.range_last = 999,
		.range_total = 1000,
	};

	(void)state;
	assert_int_equal(judge(&t, &part, "range"), TRANSFER_LATER);
}

static void what_fits_and_what_does_not(void **state)
{
	struct transfer t = { .size_max = 1000 };
	struct http_head head = whole;

	(void)state;
	assert_int_equal(judge(&t, &head, ""), TRANSFER_ANEW);
	head.length++;
	assert_int_equal(judge(&t, &head, "1001 bytes"), TRANSFER_TOO_LARGE);
	head = (struct http_head){ .status = 200, .is_chunked = true };
	assert_int_equal(judge(&t, &head, ""), TRANSFER_ANEW);
	assert_int_equal(t.total, 0);
	head = (struct http_head){ .status = 200 };
	assert_int_equal(judge(&t, &head, "how long"), TRANSFER_LATER);
}

static void other_answers(void **state)
{
	static const struct {
		unsigned status;
		enum transfer_verdict verdict;
		const char *word;
	} rows[] = {
		{ 301, TRANSFER_REDIRECT, "" },
		{ 308, TRANSFER_REDIRECT, "" },
		{ 304, TRANSFER_LATER, "304" },
		{ 404, TRANSFER_LATER, "not found" },
		{ 416, TRANSFER_LATER, "range" },
		{ 503, TRANSFER_LATER, "unavailable" },
		{ 204, TRANSFER_LATER, "not expected" },
	};
	struct http_head head = { .location = "/y" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transfer t = broken_at(10);

		head.status = rows[i].status;
		assert_int_equal(judge(&t, &head, rows[i].word), rows[i].verdict);
		assert_int_equal(t.offset, 10);
	}
	head = (struct http_head){ .status = 302 };
	assert_int_equal(judge(&(struct transfer){ .size_max = 1 }, &head, "place"),
			 TRANSFER_LATER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_request),
		cmocka_unit_test(what_is_there_is_not_asked_for_again),
		cmocka_unit_test(the_rest_goes_on_where_it_broke),
		cmocka_unit_test(a_server_without_ranges_starts_anew),
		cmocka_unit_test(another_range_is_not_taken),
		cmocka_unit_test(a_range_nobody_asked_for),
		cmocka_unit_test(what_fits_and_what_does_not),
		cmocka_unit_test(other_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
