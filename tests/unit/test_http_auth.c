#include "http/auth.h"

#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "correct-horse-battery"

static struct auth auth;
static struct http_request request;
static struct http_peer peer;
static struct http_exchange exchange;
static struct auth_refusal refusal;

static void put_token(const char *token)
{
	struct sha256 s;
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 2];

	sha256_start(&s);
	sha256_add(&s, token, strlen(token));
	sha256_end(&s, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	hex[2 * sizeof(digest)] = '\n';
	auth_read(&auth, (struct text){ hex, 2 * sizeof(digest) + 1 });
	assert_false(auth.is_broken);
}

static int set_up(void **state)
{
	(void)state;
	memset(&auth, 0, sizeof(auth));
	put_token(TOKEN);
	request = (struct http_request){ .method = HTTP_POST };
	request.fields[HTTP_HOST] = text_of("box.example");
	peer = (struct http_peer){ .name = "192.0.2.7", .tls = true };
	exchange = (struct http_exchange){ .request = &request,
					   .peer = &peer,
					   .now_ms = 1000000 };
	return 0;
}

/* 0, or the status of the refusal. */
static unsigned ask(const char *authorization)
{
	request.fields[HTTP_AUTHORIZATION] =
		authorization ? text_of(authorization) : (struct text){ NULL, 0 };
	return auth_admit(&auth, &exchange, &refusal) ? 0 : refusal.status;
}

#define RIGHT "Bearer " TOKEN
#define WRONG "Bearer incorrect-horse-bat"

static void the_token_opens_and_nothing_else(void **state)
{
	static const struct {
		unsigned status;
		const char *authorization;
	} rows[] = {
		{ 0, RIGHT },
		{ 0, "bearer   " TOKEN " " },
		{ 401, NULL },
		{ 401, "Basic " TOKEN },
		{ 401, TOKEN },
		{ 401, "Bearer" },
		{ 401, "Bearer " TOKEN "x" },
		{ 401, WRONG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ask(rows[i].authorization), rows[i].status);
}

static void a_form_may_hold_the_token(void **state)
{
	static const char form[] = "root=x&token=" TOKEN;

	(void)state;
	request.fields[HTTP_CONTENT_TYPE] = text_of("application/x-www-form-urlencoded");
	exchange.body = text_of(form);
	assert_int_equal(ask(NULL), 0);
	exchange.body.len--;
	assert_int_equal(ask(NULL), 401);
	assert_true(refusal.wrong_token);
	exchange.body = text_of("root=x");
	assert_int_equal(ask(NULL), 401);
	assert_false(refusal.wrong_token);
	/* only one of them counts */
	exchange.body = text_of(form);
	assert_int_equal(ask(WRONG), 401);
	exchange.body = text_of("{\"token\":\"" TOKEN "\"}");
	request.fields[HTTP_CONTENT_TYPE] = text_of("application/json");
	assert_int_equal(ask(NULL), 401);
}

static void a_broken_hash_opens_to_nobody(void **state)
{
	static const char *const files[] = { "", "abc", "\n",
					     "zz" /* and 62 digits, below */ };
	char file[65];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(file, sizeof(file), "%s%062d", files[i], 0);
		memset(&auth, 0, sizeof(auth));
		auth_read(&auth, i == 3 ? text_of(file) : text_of(files[i]));
		assert_true(auth.has_token && auth.is_broken);
		assert_int_equal(ask(RIGHT), 401);
		peer.local = true;
		request.fields[HTTP_HOST] = text_of("localhost");
		assert_int_equal(ask(NULL), 401);
	}
}

static void plain_http_from_the_network_is_refused_whatever_it_brings(void **state)
{
	(void)state;
	peer.tls = false;
	assert_int_equal(ask(RIGHT), 403);
	assert_non_null(strstr(refusal.reason, "TLS"));
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(ask(WRONG), 403);
	peer.tls = true;
	assert_int_equal(ask(RIGHT), 0); /* and nothing of it was counted */
}

static void without_a_token_only_the_machine_itself_is_believed(void **state)
{
	(void)state;
	memset(&auth, 0, sizeof(auth));
	assert_int_equal(ask(RIGHT), 403);
	assert_non_null(strstr(refusal.reason, "--http-token"));
	peer.certified = true;
	assert_int_equal(ask(NULL), 0);
	peer = (struct http_peer){ .name = "127.0.0.1", .local = true };
	request.fields[HTTP_HOST] = text_of("127.0.0.1:8080");
	assert_int_equal(ask(NULL), 0);
	put_token(TOKEN);
	assert_int_equal(ask(NULL), 401);
	assert_int_equal(ask(RIGHT), 0);
}

static void pages_of_other_sites_are_refused(void **state)
{
	static const struct {
		unsigned status;
		bool tls;
		const char *host, *origin, *site;
	} rows[] = {
		{ 0, true, "a:8443", "https://a:8443", "same-origin" },
		{ 0, true, "a", "https://A", NULL },
		{ 0, true, "a", NULL, "none" },
		{ 0, false, "localhost:80", "http://localhost:80", NULL },
		{ 403, true, "a", "http://a", NULL },
		{ 403, true, "a", "https://b", NULL },
		{ 403, true, "a", "https://a:8443", NULL },
		{ 403, true, "a", "https://ab", NULL },
		{ 403, true, "a", "null", NULL },
		{ 403, true, "a", "", NULL },
		{ 403, true, "a", NULL, "same-site" },
		{ 403, true, "a", "https://a", "cross-site" },
		{ 403, true, NULL, "https://", NULL },
		{ 403, false, "localhost", "https://localhost", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text none = { NULL, 0 };

		peer.tls = rows[i].tls;
		peer.local = !rows[i].tls;
		request.fields[HTTP_HOST] = rows[i].host ? text_of(rows[i].host) : none;
		request.fields[HTTP_ORIGIN] =
			rows[i].origin ? text_of(rows[i].origin) : none;
		request.fields[HTTP_SEC_FETCH_SITE] =
			rows[i].site ? text_of(rows[i].site) : none;
		if (ask(RIGHT) != rows[i].status)
			fail_msg("row %u: %s", (unsigned)i, refusal.reason);
	}
}

static void a_local_listener_is_called_by_no_strangers_name(void **state)
{
	static const struct {
		unsigned status;
		const char *host;
	} rows[] = {
		{ 0, "localhost" },
		{ 0, "LOCALHOST:80" },
		{ 0, "a.localhost:1" },
		{ 0, "127.0.0.1" },
		{ 0, "10.0.2.2:8080" },
		{ 0, "[::1]" },
		{ 0, "[2001:db8::1]:80" },
		{ 403, "evil.example" },
		{ 403, "localhost.evil.example" },
		{ 403, "notlocalhost" },
		{ 403, "" },
		{ 403, "[::1" },
		{ 403, "127.0.0.1.evil.example:80" },
		{ 403, "[localhost]" },
	};

	(void)state;
	peer = (struct http_peer){ .name = "127.0.0.1", .local = true };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		request.fields[HTTP_HOST] = text_of(rows[i].host);
		if (ask(RIGHT) != rows[i].status)
			fail_msg("%s", rows[i].host);
	}
	request.fields[HTTP_HOST] = (struct text){ NULL, 0 }; /* HTTP/1.0 */
	assert_int_equal(ask(RIGHT), 0);
}

static void five_wrong_tokens_make_one_wait_and_then_twice_as_long(void **state)
{
	unsigned pause_s = 4;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(ask(WRONG), 401);
	for (unsigned i = 0; i < 12; i++) {
		assert_int_equal(ask(RIGHT), 429);
		assert_int_equal(refusal.retry_after_s, pause_s);
		assert_int_equal(ask(WRONG), 429); /* costs nothing more */
		exchange.now_ms += pause_s * 1000 - 1;
		assert_int_equal(ask(RIGHT), 429);
		assert_int_equal(refusal.retry_after_s, 1);
		exchange.now_ms += 1;
		assert_int_equal(ask(NULL), 401);
		assert_int_equal(ask(WRONG), 401);
		pause_s = pause_s * 2 < 900 ? pause_s * 2 : 900;
	}
	exchange.now_ms += 900 * 1000;
	assert_int_equal(ask(RIGHT), 0);
	for (unsigned i = 0; i < 5; i++) /* the right one pardons */
		assert_int_equal(ask(WRONG), 401);
	assert_int_equal(ask(RIGHT), 429);
	exchange.now_ms += 4000;
	assert_int_equal(ask(RIGHT), 0);
}

static void others_do_not_wait_but_a_network_of_ipv6_is_one(void **state)
{
	(void)state;
	snprintf(peer.name, sizeof(peer.name), "2001:db8:1:2::1");
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(ask(WRONG), 401);
	snprintf(peer.name, sizeof(peer.name), "2001:db8:1:2:ffff::2");
	assert_int_equal(ask(RIGHT), 429);
	snprintf(peer.name, sizeof(peer.name), "2001:db8:1:3::1");
	assert_int_equal(ask(RIGHT), 0);
	snprintf(peer.name, sizeof(peer.name), "192.0.2.8");
	assert_int_equal(ask(RIGHT), 0);
	snprintf(peer.name, sizeof(peer.name), "vsock:3");
	assert_int_equal(ask(RIGHT), 0);
}

static void many_peers_together_make_all_wait_but_the_known(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(ask(RIGHT), 0); /* 192.0.2.7 is known from now on */
	for (i = 0; i < 1000; i++) {
		snprintf(peer.name, sizeof(peer.name), "198.51.%u.%u", i / 256, i % 256);
		if (ask(WRONG) == 429)
			break;
	}
	assert_int_equal(i, 100);
	assert_int_equal(ask(RIGHT), 429);
	assert_int_equal(refusal.retry_after_s, 1);
	snprintf(peer.name, sizeof(peer.name), "192.0.2.7");
	assert_int_equal(ask(RIGHT), 0);
	snprintf(peer.name, sizeof(peer.name), "192.0.2.9");
	assert_int_equal(ask(RIGHT), 429);
	exchange.now_ms += 1000;
	assert_int_equal(ask(RIGHT), 0);
	exchange.now_ms += 11 * 60 * 1000;
	snprintf(peer.name, sizeof(peer.name), "192.0.2.10");
	for (i = 0; i < 5; i++)
		assert_int_equal(ask(WRONG), 401); /* all of that is forgotten */
}

/* Who waits is not forgotten for the sake of those that only come by. */
static void the_table_keeps_those_that_wait(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(ask(WRONG), 401);
	for (unsigned i = 0; i < 2 * AUTH_PEERS; i++) {
		snprintf(peer.name, sizeof(peer.name), "198.51.100.%u", i);
		assert_int_equal(ask(i % 2 ? RIGHT : WRONG), 0 + (i % 2 ? 0 : 401));
	}
	snprintf(peer.name, sizeof(peer.name), "192.0.2.7");
	assert_int_equal(ask(RIGHT), 429);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, set_up)
		TEST(the_token_opens_and_nothing_else),
		TEST(a_form_may_hold_the_token),
		TEST(a_broken_hash_opens_to_nobody),
		TEST(plain_http_from_the_network_is_refused_whatever_it_brings),
		TEST(without_a_token_only_the_machine_itself_is_believed),
		TEST(pages_of_other_sites_are_refused),
		TEST(a_local_listener_is_called_by_no_strangers_name),
		TEST(five_wrong_tokens_make_one_wait_and_then_twice_as_long),
		TEST(others_do_not_wait_but_a_network_of_ipv6_is_one),
		TEST(many_peers_together_make_all_wait_but_the_known),
		TEST(the_table_keeps_those_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
