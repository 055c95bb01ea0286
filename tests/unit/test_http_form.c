#include "http/form.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define URLENCODED "application/x-www-form-urlencoded"
#define JSON	   "application/json"

static int read_value(const char *type, const char *body, size_t len, const char *name,
		      char *out, size_t size)
{
	struct http_request request = { .method = HTTP_POST };
	struct http_exchange exchange = { .request = &request, .body = { body, len } };
	struct form form;
	int err;

	if (type)
		request.fields[HTTP_CONTENT_TYPE] = text_of(type);
	err = form_open(&exchange, &form);
	return err ? err : form_value(&form, name, out, size);
}

static void values_are_found_and_decoded(void **state)
{
	static const struct {
		const char *type, *body, *value;
	} rows[] = {
		{ URLENCODED, "root=a", "a" },
		{ URLENCODED "; charset=UTF-8", "x=y&root=a&z", "a" },
		{ "Application/X-WWW-Form-Urlencoded", "root=UUID%3da+b%2B",
		  "UUID=a b+" },
		{ URLENCODED, "root=UUID=a=b", "UUID=a=b" },
		{ URLENCODED, "%72oot=a&&", "a" },
		{ URLENCODED, "root", "" },
		{ URLENCODED, "root=", "" },
		{ URLENCODED, "roo=b&root=\xc3\xa4", "\xc3\xa4" },
		{ JSON, "{\"root\":\"a\"}", "a" },
		{ JSON ";charset=utf-8",
		  " { \"x\" : \"y\" , \"root\" :\n\"UUID=a\" } \r\n", "UUID=a" },
		{ JSON, "{\"r\\u006fot\":\"\\\"\\\\\\/ \\u00E4\\u20ac\\ud83d\\ude00\"}",
		  "\"\\/ \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ JSON, "{\"root\":\"\xc3\xa4\"}", "\xc3\xa4" },
	};
	char value[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = read_value(rows[i].type, rows[i].body, strlen(rows[i].body),
				     "root", value, sizeof(value));

		if (err)
			fail_msg("%s: %d", rows[i].body, err);
		assert_string_equal(value, rows[i].value);
	}
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		int err;
		const char *type, *body;
	} rows[] = {
		{ -ENOENT, URLENCODED, "" },
		{ -ENOENT, NULL, "" },
		{ -ENOENT, URLENCODED, "x=y&Root=a&rootx=b" },
		{ -ENOENT, JSON, "{}" },
		{ -ENOENT, JSON, "{\"x\":\"root\"}" },
		{ -EPROTONOSUPPORT, NULL, "root=a" },
		{ -EPROTONOSUPPORT, "text/plain", "root=a" },
		{ -EPROTONOSUPPORT, "multipart/form-data; boundary=x", "root=a" },
		{ -EPROTONOSUPPORT, "application/jsonx", "{}" },
		{ -EBADMSG, URLENCODED, "root=a&root=a" },
		{ -EBADMSG, URLENCODED, "root=%" },
		{ -EBADMSG, URLENCODED, "root=%4" },
		{ -EBADMSG, URLENCODED, "root=%4g" },
		{ -EBADMSG, URLENCODED, "root=a&x=%zz" },
		{ -EBADMSG, URLENCODED, "root=a%00" },
		{ -EBADMSG, URLENCODED, "root=a%0a" },
		{ -EBADMSG, URLENCODED, "root=a\x7f" },
		{ -EBADMSG, JSON, "{\"root\":\"a\",\"root\":\"a\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"a\"" },
		{ -EBADMSG, JSON, "{\"root\":\"a\"}}" },
		{ -EBADMSG, JSON, "{\"root\":\"a\",}" },
		{ -EBADMSG, JSON, "{\"root\":1}" },
		{ -EBADMSG, JSON, "{\"root\":null}" },
		{ -EBADMSG, JSON, "{\"root\":[\"a\"]}" },
		{ -EBADMSG, JSON, "[\"root\"]" },
		{ -EBADMSG, JSON, "{root:\"a\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"a" },
		{ -EBADMSG, JSON, "{\"root\":\"\\" },
		{ -EBADMSG, JSON, "{\"root\":\"\\x41\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\u12\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\u0000\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\n\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"a\nb\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\ud83d\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\ud83d\\u0041\"}" },
		{ -EBADMSG, JSON, "{\"root\":\"\\ude00\"}" },
		{ -ENAMETOOLONG, URLENCODED, "root=12345678" },
		{ -ENAMETOOLONG, JSON, "{\"root\":\"12345678\"}" },
	};
	char value[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = read_value(rows[i].type, rows[i].body, strlen(rows[i].body),
				     "root", value, sizeof(value));

		if (err != rows[i].err)
			fail_msg("%s: %d instead of %d", rows[i].body, err, rows[i].err);
		if (err != -EPROTONOSUPPORT)
			assert_string_equal(value, "");
	}
	assert_int_equal(read_value(JSON, "{\"root\":\"a\"}\0", 13, "root", value, 8),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_and_decoded),
		cmocka_unit_test(what_is_wrong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
