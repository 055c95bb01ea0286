#include "http/routes.h"

#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct http_health health;
static struct http_counters counters;
static struct http_context context = {
	.health = &health, .counters = &counters, .meminfo_fd = -1, .statm_fd = -1
};
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
	if (!mkdtemp(directory))
		return -1;
	context.state_fd = open(directory, O_PATH | O_DIRECTORY);
	return context.state_fd < 0 ? -1 : 0;
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

static struct response response;

static void ask(enum http_method method, const char *path)
{
	struct http_peer peer = { .name = "192.0.2.7" };
	struct http_request request = { .method = method, .path = text_of(path) };
	struct http_exchange exchange = { .request = &request, .peer = &peer };

	response_close(&response);
	response_init(&response);
	routes_answer(&context, &exchange, &response);
}

/* The body as a string, whose status and type must be these. */
static const char *get(const char *path, unsigned status, const char *type)
{
	static char body[RESPONSE_TEXT_SIZE + 1];
	size_t len = 0;

	ask(HTTP_GET, path);
	assert_int_equal(response.status, status);
	assert_non_null(strstr(response.type, type));
	assert_true(response.body_len < sizeof(body));
	for (unsigned i = 0; i < response.piece_count; i++) {
		const struct response_piece *piece = &response.pieces[i];

		if (piece->data)
			memcpy(body + len, piece->data, piece->len);
		else
			assert_int_equal(pread(response.file, body + len, piece->len,
					       (off_t)piece->offset),
					 piece->len);
		len += piece->len;
	}
	assert_int_equal(len, response.body_len);
	body[len] = '\0';
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

static void anything_else_is_404_or_405(void **state)
{
	static const char *const paths[] = { "/healthz/", "/x", "//", "/../etc/passwd",
					     "/API/v1/log" };
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(get(paths[i], 404, "text/plain"), "404 Not Found\n");
	ask(HTTP_POST, "/healthz");
	assert_int_equal(response.status, 405);
	assert_non_null(strstr(response.fields, "Allow: GET, HEAD, OPTIONS\r\n"));
	ask(HTTP_OTHER, "");
	assert_int_equal(response.status, 405);
	ask(HTTP_OPTIONS, "*");
	assert_int_equal(response.status, 204);
	assert_true(response.no_length);
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
		cmocka_unit_test(anything_else_is_404_or_405),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
