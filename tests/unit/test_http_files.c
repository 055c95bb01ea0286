/* wrap: syscall */
#include "http/embedded.h"
#include "http/files.h"
#include "http/recent.h"
#include "http/web.h"
#include "initramfs/serve_list.h"

#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_openat2;
static struct files files;
static struct recent recent;
static uint64_t now_ms;
static char folder[] = "/tmp/test_http_files.XXXXXX";
static struct response response;
static char body[RESPONSE_TEXT_SIZE];

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_openat2 && !has_openat2) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, a, b, c, d, e, f);
}

static void write_file(const char *name, const char *text)
{
	int fd = openat(files.root, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

/* Root's own rules do not keep it from reading what nobody may. */
static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	files.root = open(folder, O_PATH | O_DIRECTORY);
	assert_int_equal(mkdirat(files.root, "www", 0755), 0);
	assert_int_equal(mkdirat(files.root, "www/sub", 0755), 0);
	assert_int_equal(mkdirat(files.root, "www/empty dir", 0755), 0);
	assert_int_equal(mkdirat(files.root, "www/.well-known", 0755), 0);
	write_file("secret", "secret");
	write_file("www/index.html", "<p>index");
	write_file("www/digits.bin", "0123456789");
	write_file("www/style.css", "plain");
	write_file("www/style.css.gz", "twin!!");
	write_file("www/.hidden", "secret");
	write_file("www/.well-known/x", "well known");
	write_file("www/sub/a <b>&'\".txt", "text");
	write_file("www/sub/.hidden", "secret");
	write_file("www/none", "");
	assert_int_equal(symlinkat("../secret", files.root, "www/link"), 0);
	assert_int_equal(symlinkat("index.html", files.root, "www/inner"), 0);
	assert_int_equal(symlinkat("..", files.root, "www/linked"), 0);
	assert_int_equal(symlinkat("../..", files.root, "www/sub/up"), 0);
	assert_int_equal(symlinkat("loop", files.root, "www/loop"), 0);
	assert_int_equal(mkfifoat(files.root, "www/fifo", 0644), 0);
	close(files.root);
	strcat(body, folder);
	strcat(body, "/www");
	files.root = open(body, O_PATH | O_DIRECTORY);
	return files.root < 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	response_close(&response);
	close(files.root);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

static int with_openat2(void **state)
{
	(void)state;
	has_openat2 = true;
	files.list = NULL;
	files.recent = NULL;
	return 0;
}

static int with_recent(void **state)
{
	(void)with_openat2(state);
	now_ms++;
	files.recent = &recent;
	return 0;
}

static int without_openat2(void **state)
{
	(void)with_openat2(state);
	has_openat2 = false;
	return 0;
}

static const char *read_body(void)
{
	size_t len = 0;

	for (unsigned i = 0; i < response.piece_count; i++) {
		const struct response_piece *p = &response.pieces[i];

		assert_true(len + p->len < sizeof(body));
		if (p->data)
			memcpy(body + len, p->data, p->len);
		else
			assert_int_equal(pread(response.file, body + len, p->len,
					       (off_t)p->offset),
					 p->len);
		len += p->len;
	}
	assert_int_equal(len, response.body_len);
	body[len] = '\0';
	return body;
}

/* The status, 0 for none. @head is the request line and fields. */
static unsigned ask(const char *method, const char *path, const char *fields)
{
	static char text[HTTP_HEAD_MAX];
	struct http_request request;
	struct http_exchange exchange = { .request = &request, .now_ms = now_ms };

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, path,
		 fields);
	if (http_parse(text, strlen(text), &request))
		return request.refusal;
	response_close(&response);
	response_init(&response);
	if (!files_answer(&files, &exchange, &response)) {
		assert_int_equal(response.status, 0);
		assert_int_equal(response.piece_count, 0);
		return 0;
	}
	assert_int_not_equal(response.status, 0);
	return response.status;
}

static unsigned get(const char *path)
{
	return ask("GET", path, "");
}

static const char *field(const char *name)
{
	static char value[256];
	char *at;

	snprintf(value, sizeof(value), "\r\n%s: ", name);
	body[0] = '\n';
	snprintf(body, sizeof(body), "\r\n%s", response.fields);
	at = strstr(body, value);
	if (!at)
		return NULL;
	at += strlen(value);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
	return value;
}

static void files_are_served(void **state)
{
	(void)state;
	assert_int_equal(get("/digits.bin"), 200);
	assert_string_equal(read_body(), "0123456789");
	assert_string_equal(response.type, "application/octet-stream");
	assert_string_equal(field("Accept-Ranges"), "bytes");
	assert_string_equal(field("Cache-Control"), "no-cache");
	assert_non_null(field("Last-Modified"));
	assert_int_equal(field("ETag")[0], '"');
	assert_null(field("Vary"));
	assert_int_equal(get("/"), 200);
	assert_string_equal(read_body(), "<p>index");
	assert_string_equal(response.type, "text/html; charset=utf-8");
	assert_int_equal(get("/%73ub/a%20%3Cb%3E&'%22.txt"), 200);
	assert_int_equal(get("/.well-known/x"), 200);
	assert_int_equal(get("/none"), 200);
	assert_string_equal(read_body(), "");
	assert_int_equal(ask("HEAD", "/digits.bin", ""), 200);
	assert_int_equal(response.body_len, 10);
}

static void what_is_not_there_is_left_to_others(void **state)
{
	(void)state;
	assert_int_equal(get("/missing"), 0);
	assert_int_equal(get("/sub/missing/x"), 0);
	assert_int_equal(get("/digits.bin/"), 0);
	assert_int_equal(get("/digits.bin/x"), 0);
	assert_int_equal(get("/sub/"), 0); /* no index */
}

static void nothing_leads_out(void **state)
{
	FILE *f = fopen("tests/data/http/traversal", "r");
	char line[256];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned status;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		status = get(line);
		/* a redirect is to a name of here, which is asked for in turn */
		while (status == 301)
			status = get(strcpy(line, field("Location")));
		if (status != 0 && status != 400 && status != 404)
			fail_msg("%s: %u", line, status);
	}
	fclose(f);
	assert_int_equal(get("/inner"), 0); /* not even a link to a file of here */
}

static void folders_end_with_a_slash(void **state)
{
	static const struct {
		const char *path, *location;
	} rows[] = {
		{ "/sub", "/sub/" },
		{ "//sub", "/sub/" },
		{ "//", "/" },
		{ "//digits.bin", "/digits.bin" },
		{ "/empty%20dir", "/empty%20dir/" },
		{ "//sub//", "/sub/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get(rows[i].path), 301);
		assert_string_equal(field("Location"), rows[i].location);
	}
}

static void twins_go_to_those_who_want_them(void **state)
{
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	char plain[64];

	(void)state;
	assert_int_equal(get("/style.css"), 200);
	assert_string_equal(field("Vary"), "Accept-Encoding");
	assert_null(field("Content-Encoding"));
	snprintf(plain, sizeof(plain), "%s", field("ETag"));
	assert_string_equal(read_body(), "plain");
	assert_int_equal(ask("GET", "/style.css", "Accept-Encoding: gzip\r\n"), 200);
	assert_string_equal(field("Vary"), "Accept-Encoding");
	assert_string_equal(field("Content-Encoding"), "gzip");
	assert_string_not_equal(field("ETag"), plain);
	assert_string_equal(response.type, "text/css; charset=utf-8");
	assert_string_equal(read_body(), "twin!!");
	/* an old one is not of this file */
	assert_int_equal(utimensat(files.root, "style.css.gz", old, 0), 0);
	assert_int_equal(ask("GET", "/style.css", "Accept-Encoding: gzip\r\n"), 200);
	assert_string_equal(read_body(), "plain");
	assert_int_equal(utimensat(files.root, "style.css.gz", NULL, 0), 0);
}

static void conditions_hold(void **state)
{
	char fields[128];

	(void)state;
	assert_int_equal(get("/digits.bin"), 200);
	snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", field("ETag"));
	assert_int_equal(ask("GET", "/digits.bin", fields), 304);
	assert_true(response.no_length);
	assert_int_equal(response.piece_count, 0);
	assert_non_null(field("ETag"));
	assert_non_null(field("Cache-Control"));
	assert_int_equal(get("/digits.bin"), 200);
	snprintf(fields, sizeof(fields), "If-Modified-Since: %s\r\n",
		 field("Last-Modified"));
	assert_int_equal(ask("HEAD", "/digits.bin", fields), 304);
	assert_int_equal(ask("GET", "/digits.bin", "If-Match: \"x\"\r\n"), 412);
	assert_int_equal(ask("GET", "/missing", "If-Match: \"x\"\r\n"), 0);
}

static void one_range_is_a_part(void **state)
{
	char fields[128];

	(void)state;
	assert_int_equal(ask("GET", "/digits.bin", "Range: bytes=2-4\r\n"), 206);
	assert_string_equal(field("Content-Range"), "bytes 2-4/10");
	assert_string_equal(read_body(), "234");
	assert_int_equal(ask("GET", "/digits.bin", "Range: bytes=-1\r\n"), 206);
	assert_string_equal(read_body(), "9");
	assert_int_equal(ask("GET", "/digits.bin", "Range: bytes=10-\r\n"), 416);
	assert_string_equal(field("Content-Range"), "bytes */10");
	assert_int_equal(ask("HEAD", "/digits.bin", "Range: bytes=2-4\r\n"), 200);
	assert_int_equal(ask("GET", "/digits.bin", "Range: lines=2-4\r\n"), 200);
	assert_int_equal(ask("GET", "/none", "Range: bytes=0-\r\n"), 200);
	assert_int_equal(ask("GET", "/digits.bin",
			     "Range: bytes=2-4\r\nIf-Range: \"x\"\r\n"),
			 200);
	assert_string_equal(read_body(), "0123456789");
	snprintf(fields, sizeof(fields), "Range: bytes=2-4\r\nIf-Range: %s\r\n",
		 field("ETag"));
	assert_int_equal(ask("GET", "/digits.bin", fields), 206);
}

static void ranges_far_apart_are_parts(void **state)
{
	static char text[1001], expected[1024];
	const char *boundary;

	(void)state;
	memset(text, '.', sizeof(text) - 1);
	text[0] = 'a';
	text[999] = 'z';
	write_file("long.txt", text);
	assert_int_equal(ask("GET", "/long.txt", "Range: bytes=-2,0-1\r\n"), 206);
	boundary = strstr(response.type, "multipart/byteranges; boundary=");
	assert_non_null(boundary);
	boundary += strlen("multipart/byteranges; boundary=");
	snprintf(expected, sizeof(expected),
		 "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		 "Content-Range: bytes 998-999/1000\r\n\r\n.z"
		 "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		 "Content-Range: bytes 0-1/1000\r\n\r\na."
		 "\r\n--%s--\r\n",
		 boundary, boundary, boundary);
	assert_string_equal(read_body(), expected);
}

static void a_small_file_is_the_same_for_a_millisecond(void **state)
{
	(void)state;
	write_file("small.txt", "one");
	assert_int_equal(get("/small.txt"), 200);
	assert_int_equal(response.file, -1); /* it needs none */
	write_file("small.txt", "two");
	assert_int_equal(get("/small.txt"), 200);
	assert_string_equal(read_body(), "one");
	assert_int_equal(get("/digits.bin"), 200); /* not the one */
	assert_string_equal(read_body(), "0123456789");
	now_ms++;
	assert_int_equal(get("/small.txt"), 200);
	assert_string_equal(read_body(), "two");
}

static void what_is_recent_is_for_the_same_kind_of_client(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(get("/style.css"), 200);
		assert_string_equal(read_body(), "plain");
		assert_int_equal(ask("GET", "/style.css", "Accept-Encoding: gzip\r\n"),
				 200);
		assert_string_equal(read_body(), "twin!!");
		assert_string_equal(field("Content-Encoding"), "gzip");
	}
}

static void a_large_file_is_never_recent(void **state)
{
	static char text[RECENT_DATA_MAX + 2];

	(void)state;
	memset(text, '.', sizeof(text) - 1);
	write_file("large.txt", text);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(get("/large.txt"), 200);
		assert_true(response.file >= 0);
	}
	text[RECENT_DATA_MAX] = '\0';
	write_file("large.txt", text);
	assert_int_equal(get("/large.txt"), 200);
	assert_string_equal(read_body(), text);
	assert_int_equal(response.file, -1);
}

static void a_list_is_escaped_and_hides(void **state)
{
	const char *page;

	(void)state;
	files.list = serve_list;
	assert_int_equal(get("/sub/"), 200);
	assert_true(response.own);
	page = read_body();
	assert_non_null(strstr(
		page,
		"<a href=\"a%20%3Cb%3E%26%27%22.txt\">a &#60;b&#62;&#38;&#39;&#34;.txt</a>"));
	assert_non_null(strstr(page, "<a href=\"../\">"));
	assert_null(strstr(page, "hidden"));
	assert_null(strstr(page, "up"));
	assert_int_equal(get("/"), 200); /* it has an index */
	assert_string_equal(read_body(), "<p>index");
}

static void embedded_files_are_served_alike(void **state)
{
	static const char text[] = "GET /style.css HTTP/1.1\r\nHost: a\r\n\r\n";
	struct http_request request;
	struct http_exchange exchange = { .request = &request };
	const struct web_file *file = web_find(text_of("/style.css"));

	(void)state;
	assert_non_null(file);
	assert_int_equal(http_parse(text, strlen(text), &request), 0);
	response_close(&response);
	response_init(&response);
	assert_true(embedded_answer(&exchange, &response));
	assert_int_equal(response.status, 200);
	assert_int_equal(response.body_len, file->len);
	assert_string_equal(field("Vary"), "Accept-Encoding");
	request.fields[HTTP_ACCEPT_ENCODING] = text_of("gzip");
	response_init(&response);
	assert_true(embedded_answer(&exchange, &response));
	assert_int_equal(response.body_len, file->gzip_len);
	request.fields[HTTP_IF_NONE_MATCH] = text_of(field("ETag"));
	response_init(&response);
	assert_true(embedded_answer(&exchange, &response));
	assert_int_equal(response.status, 304);
	request.path = text_of("/%2e/style.css");
	response_init(&response);
	assert_false(embedded_answer(&exchange, &response));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_are_served, with_openat2),
		cmocka_unit_test_setup(files_are_served, without_openat2),
		cmocka_unit_test_setup(what_is_not_there_is_left_to_others, with_openat2),
		cmocka_unit_test_setup(what_is_not_there_is_left_to_others,
				       without_openat2),
		cmocka_unit_test_setup(nothing_leads_out, with_openat2),
		cmocka_unit_test_setup(nothing_leads_out, without_openat2),
		cmocka_unit_test_setup(folders_end_with_a_slash, with_openat2),
		cmocka_unit_test_setup(twins_go_to_those_who_want_them, with_openat2),
		cmocka_unit_test_setup(conditions_hold, with_openat2),
		cmocka_unit_test_setup(one_range_is_a_part, with_openat2),
		cmocka_unit_test_setup(ranges_far_apart_are_parts, with_openat2),
		cmocka_unit_test_setup(files_are_served, with_recent),
		cmocka_unit_test_setup(conditions_hold, with_recent),
		cmocka_unit_test_setup(one_range_is_a_part, with_recent),
		cmocka_unit_test_setup(ranges_far_apart_are_parts, with_recent),
		cmocka_unit_test_setup(a_small_file_is_the_same_for_a_millisecond,
				       with_recent),
		cmocka_unit_test_setup(what_is_recent_is_for_the_same_kind_of_client,
				       with_recent),
		cmocka_unit_test_setup(a_large_file_is_never_recent, with_recent),
		cmocka_unit_test_setup(a_list_is_escaped_and_hides, with_openat2),
		cmocka_unit_test_setup(embedded_files_are_served_alike, with_openat2),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
