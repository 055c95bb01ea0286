/* What the worker makes of the files of PID 1: the page, the stream of events, the metrics. */
#include "http/events.h"
#include "http/metrics.h"
#include "http/page.h"

#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_HEAD \
	"{\"schema\":1,\"state\":\"booting\",\"stage\":\"root\",\"waiting_for\":\"LABEL=demo\","
#define HOSTILE "<script>alert(1)</script>&\\\"'"

static struct http_health health;
static struct http_counters counters;
static char directory[] = "/tmp/test_http_page.XXXXXX";
static struct auth auth;
static struct action_context actions = { .auth = &auth };
static struct http_context context = {
	.actions = &actions,
	.health = &health,
	.counters = &counters,
	.news = 1,
	.meminfo_fd = -1,
	.statm_fd = -1,
};
static const struct http_peer peer = { .name = "192.0.2.7" };
static const struct http_peer safe_peer = { .name = "192.0.2.7", .tls = true };
static struct response response;
static char body[RESPONSE_TEXT_SIZE + 16384];

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
	static const char *const names[] = { "status.json", "timeline.json", "boot.log",
					     "metrics.prom" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		write_state(names[i], NULL);
	memset(&health, 0, sizeof(health));
	context.news = 1;
	response_close(&response);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(directory);
}

static void set_verdict(const char *verdict)
{
	health.failed = 1;
	snprintf(health.verdict, sizeof(health.verdict), "%s", verdict);
}

/* The pieces of the answer as one string. */
static const char *whole_body(void)
{
	size_t len = 0;

	assert_int_equal(response.status, 200);
	assert_true(response.own);
	for (unsigned i = 0; i < response.piece_count; i++) {
		assert_true(len + response.pieces[i].len < sizeof(body));
		memcpy(body + len, response.pieces[i].data, response.pieces[i].len);
		len += response.pieces[i].len;
	}
	assert_int_equal(len, response.body_len);
	body[len] = '\0';
	return body;
}

typedef void (*answer)(const struct http_context *, const struct http_exchange *,
		       struct response *);

static const char *ask(answer answer, const struct http_peer *from, const char *query,
		       const char *last_id)
{
	struct http_request request = { .query = { query, query ? strlen(query) : 0 } };
	struct http_exchange exchange = { .request = &request,
					  .peer = from,
					  .now_ms = 60000 };

	request.fields[HTTP_LAST_EVENT_ID] =
		(struct text){ last_id, last_id ? strlen(last_id) : 0 };
	response_close(&response);
	response_init(&response);
	answer(&context, &exchange, &response);
	return whole_body();
}

static const char *page(void)
{
	return ask(page_answer, &safe_peer, NULL, NULL);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("%s in:\n%s", part, text);
}

static void the_page_is_whole_before_anything_was_written(void **state)
{
	const char *text = page();

	(void)state;
	assert_has(text, "class=\"booting\"");
	assert_has(text, "No disk has been seen");
	assert_has(text, "</html>");
	assert_lacks(text, "{{");
	assert_lacks(text, "}}");
}

static void the_verdict_has_a_headline(void **state)
{
	(void)state;
	write_state("status.json", STATUS_HEAD "\"devices\":[]}");
	assert_has(page(), "<h1 id=\"verdict\">Stage root</h1>");
	assert_has(page(), "<p id=\"why\">waits for LABEL=demo</p>");
	set_verdict("no root: waited 3 s for <LABEL=demo>: saw nothing");
	assert_has(page(), "class=\"failed\"");
	assert_has(page(), "<h1 id=\"verdict\">no root</h1>");
	assert_has(page(),
		   "<p id=\"why\">waited 3 s for &lt;LABEL=demo&gt;: saw nothing</p>");
	set_verdict("no colon");
	assert_has(page(), "<h1 id=\"verdict\">no colon</h1>");
}

static void stages_have_times_and_bars(void **state)
{
	const char *text;

	(void)state;
	write_state(
		"timeline.json",
		"{\"displayTimeUnit\":\"ms\",\"traceEvents\":["
		"\n{\"name\":\"apifs\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":10000000,"
		"\"dur\":5648,\"args\":{\"result\":0}},"
		"\n{\"name\":\"fsck\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":35000000,"
		"\"dur\":1250000,\"args\":{\"result\":-5}},"
		"\n{\"name\":\"root\",\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":58000000}\n]}");
	text = page();
	assert_has(text,
		   "<tr class=\"done\"><th scope=\"row\">apifs</th><td>5.6 ms</td>");
	assert_has(text,
		   "<tr class=\"failed\"><th scope=\"row\">fsck</th><td>1.25 s</td>");
	assert_has(text, "<rect x=\"500\" width=\"25\"");
	assert_has(text, "<td>Input/output error</td>");
	assert_has(text, "<td data-us=\"2000000\">2.00 s</td>");
	assert_has(text, "<td>running</td>");
}

static void disks_show_what_was_found(void **state)
{
	const char *text;

	(void)state;
	write_state(
		"status.json", STATUS_HEAD
		"\"devices\":["
		"{\"name\":\"vda\",\"size_bytes\":21474836480,\"type\":null},"
		"{\"name\":\"vda1\",\"disk\":\"vda\",\"size_bytes\":536870912,\"type\":\"ext4\","
		"\"uuid\":\"77aa\",\"label\":\"" HOSTILE "\"},"
		"{\"name\":\"vdb\",\"size_bytes\":512,\"type\":null},"
		"{\"name\":\"vdc\",\"size_bytes\":0,\"type\":null,\"error\":\"I/O error\"},"
		"{\"name\":\"sr0\"}],\"no_module_for\":[\"pci:v<b>\"]}");
	text = page();
	assert_has(text, "vda</th><td>20.0 GiB</td><td><i>partitions</i>");
	assert_has(
		text,
		"<tr class=\"part\"><th scope=\"row\">vda1</th><td>512 MiB</td><td>ext4");
	assert_has(text, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;");
	assert_lacks(text, "<script>alert");
	assert_has(text, "vdb</th><td>512 B</td><td><i>nothing known</i>");
	assert_has(text, "<i>I/O error</i>");
	assert_has(text, "sr0</th><td></td><td><i>not looked at</i>");
	assert_has(text, "<code>pci:v&lt;b&gt;</code>");
	assert_has(text, "<option value=\"UUID=77aa\">");
}

static void there_are_pieces_for_every_mark(void **state)
{
	const char *text;

	(void)state;
	set_verdict("no root: waited");
	write_state("status.json", STATUS_HEAD "\"devices\":[{\"name\":\"vda\",\"type\":"
					       "\"ext4\",\"uuid\":\"77aa\"}]}");
	write_state("timeline.json",
		    "{\"traceEvents\":[{\"name\":\"root\",\"ph\":\"X\",\"ts\":1,"
		    "\"dur\":1,\"args\":{\"result\":0}}]}");
	write_state("boot.log", "[    1.000001] first\n");
	text = page();
	assert_has(text, "<fieldset disabled>");
	assert_has(text, " required>");
	assert_has(text, "first\n</pre>");
	assert_has(text, "</html>");
}

static void of_too_many_disks_whole_rows_are_shown(void **state)
{
	static char status[24000];
	size_t len =
		(size_t)snprintf(status, sizeof(status), STATUS_HEAD "\"devices\":[");
	const char *text;

	(void)state;
	for (int i = 0; i < 64; i++)
		len += (size_t)
			snprintf(status + len, sizeof(status) - len,
				 "%s{\"name\":\"sd%d\",\"size_bytes\":512,\"type\":"
				 "\"ext4\",\"uuid\":\"%036d\",\"label\":\"%0200d\"}",
				 i ? "," : "", i, i, i);
	snprintf(status + len, sizeof(status) - len, "]}");
	write_state("status.json", status);
	text = page();
	assert_has(text, " more: see <a href=\"/api/v1/status\">");
	assert_has(text, "</html>");
	assert_lacks(text, "<th scope=\"row\">sd63");
}

static void the_network_shows_addresses_and_what_is_missing(void **state)
{
	const char *text;

	(void)state;
	write_state("status.json", STATUS_HEAD
		    "\"network\":[{\"interface\":\"eth0\",\"mac\":\"52:54:00:00:00:01\","
		    "\"method\":\"dhcp4\",\"address\":\"192.0.2.5/24\","
		    "\"gateway\":\"192.0.2.1\",\"dns\":[\"192.0.2.2\",\"2001:db8::2\"]},"
		    "{\"interface\":\"eth1\",\"state\":\"no carrier\"}]}");
	text = page();
	assert_has(text, "<td>192.0.2.5/24</td><td>dhcp4</td><td>192.0.2.1</td>"
			 "<td>192.0.2.2, 2001:db8::2</td>");
	assert_has(text, "eth1</th><td>no carrier</td>");
}

static void actions_are_offered_where_they_are_safe(void **state)
{
	static const struct http_peer local = { .name = "unix", .local = true };
	static const struct http_peer certified = { .tls = true, .certified = true };

	(void)state;
	actions.allowed = 1;
	assert_has(page(), "<fieldset disabled>");
	assert_has(page(), "no token");
	auth.has_token = true;
	assert_has(page(), "<fieldset>");
	assert_has(page(), "autocomplete=\"off\" required>");
	assert_has(ask(page_answer, &peer, NULL, NULL), "<fieldset disabled>");
	assert_has(ask(page_answer, &peer, NULL, NULL), "not encrypted");
	auth.has_token = false;
	assert_has(ask(page_answer, &certified, NULL, NULL), "<fieldset>");
	assert_has(ask(page_answer, &local, NULL, NULL), "<fieldset>");
	assert_lacks(ask(page_answer, &local, NULL, NULL), " required>");
	actions.allowed = 0;
	assert_has(ask(page_answer, &local, NULL, NULL), "<fieldset disabled>");
}

static void the_page_renews_itself_unless_told_not_to(void **state)
{
	(void)state;
	assert_has(page(), "http-equiv=\"refresh\"");
	assert_lacks(ask(page_answer, &safe_peer, "still", NULL),
		     "http-equiv=\"refresh\"");
}

static void the_log_on_the_page_begins_with_a_whole_line(void **state)
{
	static char log[16384];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(log + len, sizeof(log) - len,
					"[    1.%06d] line <%d>\n", i, i);
	write_state("boot.log", log);
	assert_has(page(), "aria-labelledby=\"log-title\">[    1.");
	assert_has(page(), "line &lt;299&gt;\n</pre>");
}

/* ---- events */

static void lines_have_their_time(void **state)
{
	(void)state;
	assert_int_equal(events_line_us("[    4.383727] apifs"), 4383727);
	assert_int_equal(events_line_us("[12345.000001] x"), 12345000001);
	assert_int_equal(events_line_us("[    4.38] apifs"), 0);
	assert_int_equal(events_line_us(""), 0);
	assert_int_equal(events_line_us("["), 0);
	assert_int_equal(events_line_us("apifs"), 0);
}

/* What the stream sends next, "" for nothing. */
static const char *next(uint64_t now_ms)
{
	ssize_t len = response.more(response.more_ctx, &response, now_ms);

	if (len == -EAGAIN)
		return "";
	assert_true(len > 0 && (size_t)len < sizeof(response.text));
	response.text[len] = '\0';
	return response.text;
}

#define LINE_1 "[    1.000001] first\n"
#define LINE_2 "[    2.000002] sec\rond\n"

static void the_stream_begins_with_the_log(void **state)
{
	(void)state;
	write_state("boot.log", LINE_1 LINE_2);
	assert_string_equal(ask(events_answer, &peer, NULL, NULL), "");
	assert_string_equal(response.type, "text/event-stream");
	assert_string_equal(next(60000),
			    "retry: 1000\n\nevent: log\ndata: [    1.000001] first\n"
			    "data: [    2.000002] sec ond\nid: 2000002\n\n"
			    "event: status\ndata: {\"failed\":false}\n\n");
	assert_string_equal(next(60001), "");
}

static void the_stream_goes_on_behind_the_last_id(void **state)
{
	(void)state;
	write_state("boot.log", LINE_1 LINE_2);
	(void)ask(events_answer, &peer, NULL, "1000001");
	assert_string_equal(next(60000),
			    "retry: 1000\n\nevent: log\ndata: [    2.000002] sec ond\n"
			    "id: 2000002\n\n"
			    "event: status\ndata: {\"failed\":false}\n\n");
	(void)ask(events_answer, &peer, NULL, "nonsense");
	assert_has(next(60000), "first");
}

static void news_are_sent_once(void **state)
{
	(void)state;
	(void)ask(events_answer, &peer, NULL, NULL);
	assert_string_equal(next(60000),
			    "retry: 1000\n\nevent: status\ndata: {\"failed\":false}\n\n");
	assert_string_equal(next(60100), "");
	set_verdict("x");
	write_state("boot.log", LINE_1);
	context.news++;
	assert_string_equal(next(60200),
			    "event: log\ndata: [    1.000001] first\nid: 1000001\n\n"
			    "event: status\ndata: {\"failed\":true}\n\n");
	assert_string_equal(next(60300), "");
}

static void silence_is_broken_by_comments_and_ends(void **state)
{
	(void)state;
	(void)ask(events_answer, &peer, NULL, NULL);
	(void)next(60000);
	assert_int_equal(response.more_at_ms, 75000);
	assert_string_equal(next(74999), "");
	assert_string_equal(next(75000), ":\n\n");
	assert_string_equal(next(75001), "");
	assert_int_equal(response.more(response.more_ctx, &response, 360000), 0);
}

/* ---- metrics */

static void metrics_are_of_both_processes(void **state)
{
	const char *text;

	(void)state;
	write_state("metrics.prom",
		    "rootling_stage_duration_seconds{stage=\"apifs\"} 0.005648\n");
	counters.answers[response_status_index(200)] = 3;
	text = ask(metrics_answer, &peer, NULL, NULL);
	assert_has(text,
		   "rootling_stage_duration_seconds{stage=\"apifs\"} 0.005648\n# HELP");
	assert_has(text, "\nrootling_http_requests_total{code=\"200\"} 3\n");
	assert_has(text, "\nrootling_boot_failed 0\n");
	assert_has(text, "\nrootling_uptime_seconds 60\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(the_page_is_whole_before_anything_was_written),
		TEST(the_verdict_has_a_headline),
		TEST(stages_have_times_and_bars),
		TEST(disks_show_what_was_found),
		TEST(there_are_pieces_for_every_mark),
		TEST(of_too_many_disks_whole_rows_are_shown),
		TEST(the_network_shows_addresses_and_what_is_missing),
		TEST(actions_are_offered_where_they_are_safe),
		TEST(the_page_renews_itself_unless_told_not_to),
		TEST(the_log_on_the_page_begins_with_a_whole_line),
		TEST(lines_have_their_time),
		TEST(the_stream_begins_with_the_log),
		TEST(the_stream_goes_on_behind_the_last_id),
		TEST(news_are_sent_once),
		TEST(silence_is_broken_by_comments_and_ends),
		TEST(metrics_are_of_both_processes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
