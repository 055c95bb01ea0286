#include "netroot/proxy.h"
#include "netroot/url.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static const char *text_of(const struct url *url)
{
	static char text[URL_SIZE];
	struct buf b = BUF_OVER(text);

	url_put(&b, url);
	assert_false(b.truncated);
	return text;
}

static struct url parsed(const char *s)
{
	struct url url;
	const char *why = "";

	if (url_parse(s, &url, &why))
		fail_msg("%s: %s", s, why);
	return url;
}

static void what_a_url_means(void **state)
{
	static const struct {
		const char *text, *host;
		unsigned port;
		const char *target, *whole;
	} rows[] = {
		{ "http://a", "a", 80, "/", "http://a/" },
		{ "HTTPS://Example.ORG", "example.org", 443, "/",
		  "https://example.org/" },
		{ "http://a:8080/x?y=z#part", "a", 8080, "/x?y=z",
		  "http://a:8080/x?y=z" },
		{ "http://a:/x", "a", 80, "/x", "http://a/x" },
		{ "https://a:443/x", "a", 443, "/x", "https://a/x" },
		{ "http://a:443/x", "a", 443, "/x", "http://a:443/x" },
		{ "http://[2001:DB8::1]:81/x", "2001:db8::1", 81, "/x",
		  "http://[2001:db8::1]:81/x" },
		{ "http://192.0.2.1?q", "192.0.2.1", 80, "/?q", "http://192.0.2.1/?q" },
		{ "http://a/./b/../c/./d/..", "a", 80, "/c/", "http://a/c/" },
		{ "http://a/../../b", "a", 80, "/b", "http://a/b" },
		{ "http://a/b?x=/../y", "a", 80, "/b?x=/../y", "http://a/b?x=/../y" },
		{ "http://a/%41%2f", "a", 80, "/%41%2f", "http://a/%41%2f" },
		{ "http://a/\xc3\xa4\"", "a", 80, "/%C3%A4%22", "http://a/%C3%A4%22" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url url = parsed(rows[i].text);

		assert_string_equal(url.host, rows[i].host);
		assert_int_equal(url.port, rows[i].port);
		assert_string_equal(url.target, rows[i].target);
		assert_string_equal(text_of(&url), rows[i].whole);
	}
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "", "http://" },
		{ "ftp://a/x", "http://" },
		{ "http:/a", "http://" },
		{ "http://", "host" },
		{ "http:///x", "host" },
		{ "http://user:secret@a/x", "password" },
		{ "http://a:0/", "port" },
		{ "http://a:65536/", "port" },
		{ "http://a:8o/", "port" },
		{ "http://a:1:2/", "port" },
		{ "http://[2001:db8::1/", "brackets" },
		{ "http://[192.0.2.1]/", "IPv6" },
		{ "http://[fe80::1%eth0]/", "IPv6" },
		{ "http://2001:db8::1/", "port" },
		{ "http://b\xc3\xbc"
		  "cher.example/",
		  "ASCII" },
		{ "http://a b/", "ASCII" },
		{ "http://a/b c", "blanks" },
		{ "http://a/b\r\nHost: c", "blanks" },
		{ "http://a/%4", "hexadecimal" },
		{ "http://a/%zz", "hexadecimal" },
	};
	struct url url;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (url_parse(rows[i].text, &url, &why) != -EINVAL)
			fail_msg("taken: %s", rows[i].text);
		if (!strstr(why, rows[i].word))
			fail_msg("%s: %s", rows[i].text, why);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	char text[1200] = "http://a/";
	struct url url;
	const char *why;

	(void)state;
	memset(text + 9, 'x', 1023 - 1);
	assert_int_equal(url_parse(text, &url, &why), 0);
	assert_int_equal(url_append(&url, ".sig"), -ENAMETOOLONG);
	memset(text + 9, 'x', 1024);
	assert_int_equal(url_parse(text, &url, &why), -EINVAL);
	memcpy(text, "http://", 7);
	memset(text + 7, 'x', 254);
	text[7 + 254] = '\0';
	assert_int_equal(url_parse(text, &url, &why), -EINVAL);
	text[7 + 253] = '\0';
	assert_int_equal(url_parse(text, &url, &why), 0);
}

/* RFC 3986, 5.4, as far as it is about http. */
static void references_are_resolved(void **state)
{
	static const struct {
		const char *reference, *whole;
	} rows[] = {
		{ "g", "http://a/b/c/g" },
		{ "./g", "http://a/b/c/g" },
		{ "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" },
		{ "//g", "http://g/" },
		{ "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" },
		{ "#s", "http://a/b/c/d;p?q" },
		{ "g#s", "http://a/b/c/g" },
		{ "g?y#s", "http://a/b/c/g?y" },
		{ ";x", "http://a/b/c/;x" },
		{ "g;x", "http://a/b/c/g;x" },
		{ "", "http://a/b/c/d;p?q" },
		{ ".", "http://a/b/c/" },
		{ "./", "http://a/b/c/" },
		{ "..", "http://a/b/" },
		{ "../g", "http://a/b/g" },
		{ "../..", "http://a/" },
		{ "../../g", "http://a/g" },
		{ "../../../../g", "http://a/g" },
		{ "/./g", "http://a/g" },
		{ "/../g", "http://a/g" },
		{ "g.", "http://a/b/c/g." },
		{ "..g", "http://a/b/c/..g" },
		{ "./../g", "http://a/b/g" },
		{ "g;x=1/../y", "http://a/b/c/y" },
		{ "g?y/../x", "http://a/b/c/g?y/../x" },
		{ "https://h:444/x", "https://h:444/x" },
	};
	struct url base = parsed("http://a/b/c/d;p?q"), url;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (url_resolve(&base, rows[i].reference, &url, &why))
			fail_msg("%s: %s", rows[i].reference, why);
		assert_string_equal(text_of(&url), rows[i].whole);
	}
	assert_int_equal(url_resolve(&base, "file:///etc/passwd", &url, &why), -EINVAL);
	assert_int_equal(url_resolve(&base, "//u@g", &url, &why), -EINVAL);
}

static void the_signature_stands_beside_the_path(void **state)
{
	struct url url = parsed("https://a/b.img?version=3");

	(void)state;
	assert_int_equal(url_append(&url, ".sig"), 0);
	assert_string_equal(text_of(&url), "https://a/b.img.sig?version=3");
}

static void whom_no_proxy_excepts(void **state)
{
	static const struct {
		const char *list, *host;
		bool is_excepted;
	} rows[] = {
		{ NULL, "a.example", false },
		{ "", "a.example", false },
		{ "*", "a.example", true },
		{ "example", "a.example", true },
		{ ".example", "a.example", true },
		{ ".example", "example", true },
		{ "ample", "example", false },
		{ "x, A.EXAMPLE ,y", "a.example", true },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.0/24", "192.0.2.200", true },
		{ "192.0.2.0/24", "192.0.3.1", false },
		{ "2001:db8::/32", "2001:db8:1::1", true },
		{ "192.0.2.0/x", "192.0.2.1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (proxy_is_excepted(rows[i].list, rows[i].host) != rows[i].is_excepted)
			fail_msg("%s for %s", rows[i].list, rows[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_url_means),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(references_are_resolved),
		cmocka_unit_test(the_signature_stands_beside_the_path),
		cmocka_unit_test(whom_no_proxy_excepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
