#include "http/connection.h"
#include "http/routes.h"

#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct http_health health;
static struct http_counters counters;
static struct http_config config;
static const struct http_context context = { &config, &health, &counters };
static char directory[] = "/tmp/test_http_routes.XXXXXX";

static void write_state(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (text)
		assert_int_equal(fd_replace_file(path, 0644, text, strlen(text)), 0);
	else
		(void)unlink(path);
}

static int set_up(void **state)
{
	(void)state;
	config.state_dir = directory;
	return mkdtemp(directory) ? 0 : -1;
}

static int clean_up(void **state)
{
	static const char *const names[] = { "status.json", "timeline.json", "boot.log" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		write_state(names[i], NULL);
	memset(&health, 0, sizeof(health));
	return 0;
}

static int tear_down(void **state)
{
	clean_up(state);
	return rmdir(directory);
}

static void set_verdict(const char *verdict)
{
	health.failed = 1;
	snprintf(health.verdict, sizeof(health.verdict), "%s", verdict);
}

/* The body as a string, whose status and type must be these. */
static const char *get(const char *path, unsigned status, const char *type)
{
	static struct response response;
	static char body[HTTP_TEXT_SIZE + 1];
	struct http_request request = { .path = path, .path_len = strlen(path) };

	response_close(&response);
	response_init(&response);
	routes_answer(&context, &request, &response);
	assert_int_equal(response.status, status);
	assert_non_null(strstr(response.type, type));
	assert_true(response.body_len < sizeof(body));
	if (response.file >= 0)
		assert_int_equal(fd_read_full(response.file, body, response.body_len),
				 response.body_len);
	else
		memcpy(body, response.body, response.body_len);
	body[response.body_len] = '\0';
	response_close(&response);
	return body;
}

static void health_is_200_or_503_with_the_verdict(void **state)
{
	(void)state;
	assert_string_equal(get("/healthz", 200, "text/plain"), "ok\n");
	set_verdict("no root: waited 30 s");
	assert_string_equal(get("/healthz", 503, "text/plain"), "no root: waited 30 s\n");
}

static void state_files_come_as_they_are_once_they_exist(void **state)
{
	(void)state;
	get("/api/v1/status", 503, "text/plain");
	get("/api/v1/timeline", 503, "text/plain");
	get("/api/v1/log", 503, "text/plain");
	write_state("status.json", "{\"a\":1}");
	write_state("timeline.json", "[]");
	write_state("boot.log", "<line>\n");
	assert_string_equal(get("/api/v1/status", 200, "application/json"), "{\"a\":1}");
	assert_string_equal(get("/api/v1/timeline", 200, "application/json"), "[]");
	assert_string_equal(get("/api/v1/log", 200, "text/plain"), "<line>\n");
}

static void a_link_in_the_state_directory_is_not_followed(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/status.json", directory);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	get("/api/v1/status", 503, "text/plain");
}

static void the_page_holds_verdict_and_log_without_their_markup(void **state)
{
	const char *page;

	(void)state;
	page = get("/", 200, "text/html");
	assert_non_null(strstr(page, "class=\"ok\""));
	assert_non_null(strstr(page, "</html>"));
	assert_null(strstr(page, "{{"));
	set_verdict("no root: <script>&\"'");
	write_state("boot.log", "label=</pre><script>alert(1)</script>\n");
	page = get("/", 200, "text/html");
	assert_non_null(strstr(page, "class=\"failed\""));
	assert_non_null(strstr(page, "no root: &lt;script&gt;&amp;&quot;&#39;"));
	assert_non_null(strstr(page, "label=&lt;/pre&gt;&lt;script&gt;"));
	assert_null(strstr(page, "<script>"));
}

static void a_long_log_shows_its_end_and_leaves_the_page_whole(void **state)
{
	static char log[200000];
	const char *page;

	(void)state;
	memset(log, 'x', sizeof(log) - 1);
	memcpy(log + sizeof(log) - 6, "last\n", 5);
	write_state("boot.log", log);
	page = get("/", 200, "text/html");
	assert_non_null(strstr(page, "xlast\n"));
	assert_non_null(strstr(page, "</html>"));
	memset(log, '"', sizeof(log) - 1); /* grows sixfold */
	write_state("boot.log", log);
	assert_non_null(strstr(get("/", 200, "text/html"), "</html>"));
}

static void metrics_count(void **state)
{
	const char *text;

	(void)state;
	counters.answers[response_status_index(404)] = 7;
	text = get("/metrics", 200, "version=0.0.4");
	assert_non_null(strstr(text, "\nrootling_up 1\n"));
	assert_non_null(strstr(text, "\nrootling_boot_failed 0\n"));
	assert_non_null(strstr(text, "\nrootling_http_requests_total{code=\"404\"} 7\n"));
	assert_null(strstr(text, "resident_bytes 0\n"));
	set_verdict("x");
	assert_non_null(
		strstr(get("/metrics", 200, "text/plain"), "\nrootling_boot_failed 1\n"));
}

static void anything_else_is_404_or_405(void **state)
{
	static const char *const paths[] = { "/healthz/", "/x", "//", "/../etc/passwd",
					     "/API/v1/log" };
	struct http_request post = { .method = HTTP_OTHER };
	struct response response;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(get(paths[i], 404, "text/plain"), "404 Not Found\n");
	response_init(&response);
	routes_answer(&context, &post, &response);
	assert_int_equal(response.status, 405);
}

static void embedded_files_are_what_the_tree_holds(void **state)
{
	static const struct {
		const char *path, *type, *file;
	} rows[] = {
		{ "/style.css", "text/css", "http/web/style.css" },
		{ "/status.js", "text/javascript", "http/web/status.js" },
	};
	char text[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(fd_read_file(AT_FDCWD, rows[i].file, text, sizeof(text)) > 0);
		assert_string_equal(get(rows[i].path, 200, rows[i].type), text);
	}
}

static void heads_carry_the_security_fields(void **state)
{
	struct response response;
	char text[768];
	struct buf head = BUF_OVER(text);

	(void)state;
	response_init(&response);
	response_set_status(&response, 431); /* the longest reason */
	response_write_head(&response, true, &head);
	assert_false(head.truncated);
	assert_non_null(strstr(text, "HTTP/1.1 431 Request Header Fields Too Large\r\n"));
	assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_non_null(
		strstr(text, "\r\nContent-Security-Policy: default-src 'none'; "));
	assert_non_null(strstr(text, "\r\nConnection: keep-alive\r\n\r\n"));
}

/* Sends @request to a connection and collects all it says until it has no more to say. */
static const char *talk(const char *request, enum connection_state *after)
{
	static struct connection c;
	static char answer[65536];
	int pair[2];
	ssize_t len;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	connection_open(&c, pair[1], 1000);
	assert_int_equal(write(pair[0], request, strlen(request)), strlen(request));
	connection_serve(&c, &context, 1000);
	len = read(pair[0], answer, sizeof(answer) - 1);
	answer[len > 0 ? len : 0] = '\0';
	*after = c.state;
	if (c.state != CONNECTION_FREE)
		connection_close(&c);
	close(pair[0]);
	return answer;
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void requests_sent_ahead_are_answered_in_order(void **state)
{
	enum connection_state after;
	const char *answer = talk("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
				  "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
				  "GET /nix HTTP/1.1\r\nHost: a\r\n\r\nGET",
				  &after);

	(void)state;
	assert_int_equal(after, CONNECTION_READING);
	assert_int_equal(count_of(answer, "HTTP/1.1 200 OK\r\n"), 2);
	assert_int_equal(count_of(answer, "Content-Length: 3\r\n"), 2);
	assert_int_equal(count_of(answer, "\r\n\r\nok\n"), 1);
	assert_non_null(strstr(answer, "\r\n\r\n404 Not Found\n"));
}

static void an_answer_to_a_wrong_request_is_the_last(void **state)
{
	static const char *const requests[] = {
		"GET / HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /healthz HTTP/1.0\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 36\r\n\r\n"
		"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
	};
	enum connection_state after;

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *answer = talk(requests[i], &after);

		assert_int_equal(after, CONNECTION_LINGERING);
		assert_int_equal(count_of(answer, "HTTP/1.1 "), 1);
		assert_non_null(strstr(answer, "Connection: close\r\n"));
	}
}

static void half_a_request_in_time_is_408_and_none_is_silence(void **state)
{
	struct connection *c = calloc(1, sizeof(*c));
	char answer[1024];
	int pair[2];
	ssize_t len;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	connection_open(c, pair[1], 1000);
	assert_true(connection_is_idle(c));
	assert_int_equal(write(pair[0], "GET /", 5), 5);
	connection_serve(c, &context, 20000);
	assert_false(connection_is_idle(c));
	assert_int_equal(c->deadline_ms, 20000 + 10000);
	connection_expire(c, &context, c->deadline_ms);
	len = read(pair[0], answer, sizeof(answer) - 1);
	assert_true(len > 0);
	answer[len] = '\0';
	assert_non_null(strstr(answer, "HTTP/1.1 408 "));
	assert_int_equal(c->state, CONNECTION_LINGERING);
	connection_expire(c, &context, c->deadline_ms);
	assert_int_equal(c->state, CONNECTION_FREE);
	close(pair[0]);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	connection_open(c, pair[1], 1000);
	connection_expire(c, &context, c->deadline_ms);
	assert_int_equal(c->state, CONNECTION_FREE);
	assert_int_equal(read(pair[0], answer, sizeof(answer)), 0);
	close(pair[0]);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(health_is_200_or_503_with_the_verdict,
					  clean_up),
		cmocka_unit_test_teardown(state_files_come_as_they_are_once_they_exist,
					  clean_up),
		cmocka_unit_test_teardown(a_link_in_the_state_directory_is_not_followed,
					  clean_up),
		cmocka_unit_test_teardown(
			the_page_holds_verdict_and_log_without_their_markup, clean_up),
		cmocka_unit_test_teardown(
			a_long_log_shows_its_end_and_leaves_the_page_whole, clean_up),
		cmocka_unit_test_teardown(metrics_count, clean_up),
		cmocka_unit_test(anything_else_is_404_or_405),
		cmocka_unit_test(embedded_files_are_what_the_tree_holds),
		cmocka_unit_test(heads_carry_the_security_fields),
		cmocka_unit_test(requests_sent_ahead_are_answered_in_order),
		cmocka_unit_test(an_answer_to_a_wrong_request_is_the_last),
		cmocka_unit_test(half_a_request_in_time_is_408_and_none_is_silence),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
