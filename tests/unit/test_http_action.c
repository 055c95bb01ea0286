/* What clients ask for: how the worker answers, and how process 1 decides. */
/* wrap: worker_send events_request status_write umount2 */
#include "http/action.h"
#include "init/events.h"
#include "init/http_action.h"
#include "init/root_choice.h"
#include "init/status.h"
#include "lib/fd.h"
#include "lib/klibc.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>

static struct boot boot;
static struct http_decision told;
static unsigned ended_with;

int __wrap_worker_send(struct worker *w, const void *message, size_t size);
void __wrap_events_request(struct boot *b, unsigned command);
void __wrap_status_write(struct boot *b);
int __wrap_umount2(const char *target, int flags);

int __wrap_worker_send(struct worker *w, const void *message, size_t size)
{
	(void)w;
	assert_int_equal(size, sizeof(told));
	memcpy(&told, message, size);
	return 0;
}

void __wrap_events_request(struct boot *b, unsigned command)
{
	(void)b;
	ended_with = command;
}

void __wrap_status_write(struct boot *b)
{
	(void)b;
}

/* The host's mounts are no business of a test. */
int __wrap_umount2(const char *target, int flags)
{
	(void)target;
	(void)flags;
	return 0;
}

/* ---- process 1 */

static void warn(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static void set_options(const char *cmdline, const char *sealed)
{
	config_init(&boot.config);
	assert_int_equal(config_read(&boot.config, CONFIG_CMDLINE, cmdline, warn, NULL),
			 0);
	assert_int_equal(config_read(&boot.config, CONFIG_SEALED, sealed, warn, NULL), 0);
	boot.http_config.actions = http_action_policy(&boot.config);
}

static int set_up(void **state)
{
	(void)state;
	memset(&boot, 0, sizeof(boot));
	set_options("root=LABEL=old", "");
	boot.failed = true;
	boot.stage = "root";
	return 0;
}

/* The verdict, UINT32_MAX: nothing was said. */
static uint32_t take(const struct http_action *action)
{
	told = (struct http_decision){ .verdict = UINT32_MAX };
	ended_with = 0;
	http_action_take(&boot, action);
	return told.verdict;
}

static uint32_t ask_for(enum http_action_kind kind, const char *root)
{
	struct http_action action = { .id = 7, .kind = kind, .peer = "192.0.2.7" };

	snprintf(action.root, sizeof(action.root), "%s", root);
	return take(&action);
}

static void what_fits_is_done(void **state)
{
	(void)state;
	assert_int_equal(ask_for(HTTP_ACTION_RETRY, ""), HTTP_ACCEPTED);
	assert_int_equal(told.id, 7);
	assert_true(boot.retry);
	assert_string_equal(boot.last_action, "retry asked for by 192.0.2.7: accepted");
	assert_int_equal(ask_for(HTTP_ACTION_CONTINUE, ""), HTTP_NOT_NOW);
	assert_non_null(strstr(told.reason, "rd.break="));
	boot.failed = false;
	boot.at_break = true;
	assert_int_equal(ask_for(HTTP_ACTION_RETRY, ""), HTTP_NOT_NOW);
	assert_int_equal(ask_for(HTTP_ACTION_CONTINUE, ""), HTTP_ACCEPTED);
	assert_int_equal(ask_for(HTTP_ACTION_REBOOT, ""), HTTP_ACCEPTED);
	assert_int_equal(ended_with, LINUX_REBOOT_CMD_RESTART);
	assert_int_equal(ask_for(HTTP_ACTION_POWEROFF, ""), HTTP_ACCEPTED);
	assert_int_equal(ended_with, LINUX_REBOOT_CMD_POWER_OFF);
}

static void a_root_is_taken_where_one_is_looked_for(void **state)
{
	static const char *const roots[] = { "LABEL=new", "/dev/vdb", "UUID=1,UUID=2",
					     "nfs:192.0.2.1:/export" };

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		boot.root_changed = false;
		assert_int_equal(ask_for(HTTP_ACTION_ROOT, roots[i]), HTTP_ACCEPTED);
		assert_true(boot.root_changed);
		assert_string_equal(boot.chosen_root, roots[i]);
	}
	boot.root_spec_count = 1;
	boot.netroot.mounted = true;
	root_choice_begin(&boot);
	assert_string_equal(boot.config.root, roots[3]);
	assert_false(boot.root_changed || boot.failed || boot.netroot.mounted);
	assert_int_equal(boot.root_spec_count, 0);

	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "nonsense"), HTTP_NOT_A_ROOT);
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "nfs:"), HTTP_NOT_A_ROOT);
	boot.stage = "appliance"; /* and it has not failed */
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "LABEL=new"), HTTP_NOT_NOW);
	boot.failed = true;
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "LABEL=new"), HTTP_ACCEPTED);
}

static void the_login_of_a_root_is_nobodys_business(void **state)
{
	(void)state;
	assert_int_equal(ask_for(HTTP_ACTION_ROOT,
				 "iscsi:me:s3cret@192.0.2.1::::iqn.2026-01.x:y"),
			 HTTP_ACCEPTED);
	assert_null(strstr(boot.last_action, "s3cret"));
}

static void policy_goes_before_all(void **state)
{
	(void)state;
	set_options("rd.http.actions=root,reboot,nonsense", "");
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "LABEL=new"), HTTP_ACCEPTED);
	assert_int_equal(ask_for(HTTP_ACTION_POWEROFF, ""), HTTP_FORBIDDEN);
	assert_int_equal(ended_with, 0);
	assert_int_equal(ask_for(HTTP_ACTION_RETRY, ""), HTTP_FORBIDDEN);
	set_options("rd.http.actions=root,reboot", "rd.http.actions=");
	assert_int_equal(ask_for(HTTP_ACTION_REBOOT, ""), HTTP_FORBIDDEN);
	set_options("rd.http.actions=root,0,retry", "");
	assert_int_equal(boot.http_config.actions, 1u << HTTP_ACTION_RETRY);
	set_options("", "root=LABEL=old");
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "LABEL=new"), HTTP_FORBIDDEN);
	set_options("", "netroot=");
	assert_int_equal(ask_for(HTTP_ACTION_ROOT, "LABEL=new"), HTTP_FORBIDDEN);
}

static void what_a_sound_worker_would_not_send_is_dropped(void **state)
{
	struct http_action good = { .kind = HTTP_ACTION_REBOOT, .peer = "unix" };
	struct http_action bad[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].kind = HTTP_ACTION_REPORT;
	bad[1].kind = 1000;
	memset(bad[2].peer, 'a', sizeof(bad[2].peer));
	memcpy(bad[3].peer, "a\nb", 4);
	bad[4].peer[0] = '\0';
	memset(bad[5].root, 'a', sizeof(bad[5].root));
	bad[6].kind = HTTP_ACTION_ROOT; /* which one? */
	bad[7].kind = HTTP_ACTION_ROOT;
	memcpy(bad[7].root, "LABEL=a\x1b[2J", 11);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(take(&bad[i]), UINT32_MAX);
		assert_int_equal(ended_with, 0);
	}
	assert_int_equal(take(&good), HTTP_ACCEPTED);
}

/* ---- the worker */

static struct auth auth;
static struct http_action asked;
static struct http_decision decision;
static int ask_err, report_fd;
static struct http_request request;
static struct http_peer peer;
static struct text body;
static struct response response;

static int ask(void *ctx, struct http_action *action, struct http_decision *out)
{
	(void)ctx;
	asked = *action;
	*out = decision;
	return ask_err;
}

static int open_report(void *ctx)
{
	(void)ctx;
	return report_fd;
}

static int set_up_worker(void **state)
{
	(void)state;
	memset(&auth, 0, sizeof(auth));
	asked = (struct http_action){ .kind = HTTP_ACTION_COUNT };
	decision = (struct http_decision){ .verdict = HTTP_ACCEPTED };
	ask_err = 0;
	report_fd = -ENOENT;
	request = (struct http_request){ .method = HTTP_POST };
	peer = (struct http_peer){ .name = "unix", .local = true };
	body = (struct text){ NULL, 0 };
	return 0;
}

static const char *answer(enum http_action_kind kind, uint32_t allowed, unsigned status)
{
	const struct http_exchange exchange = { .request = &request,
						.peer = &peer,
						.body = body };
	const struct action_context context = {
		.auth = &auth, .allowed = allowed, .ask = ask, .open_report = open_report
	};

	response_close(&response);
	response_init(&response);
	action_answer(&context, kind, &exchange, &response);
	if (response.status != status)
		fail_msg("%u instead of %u: %s", response.status, status, response.text);
	assert_true(response.own);
	return response.text;
}

static void decisions_become_answers(void **state)
{
	(void)state;
	assert_string_equal(answer(HTTP_ACTION_RETRY, ~0u, 202), "{\"accepted\":true}\n");
	assert_int_equal(asked.kind, HTTP_ACTION_RETRY);
	assert_string_equal(asked.peer, "unix");
	ask_err = -ETIMEDOUT; /* it has been asked */
	answer(HTTP_ACTION_REBOOT, ~0u, 202);
	ask_err = -EPIPE;
	answer(HTTP_ACTION_REBOOT, ~0u, 503);
	ask_err = 0;
	decision = (struct http_decision){ .verdict = HTTP_NOT_NOW, .reason = "<b>\"" };
	assert_string_equal(answer(HTTP_ACTION_RETRY, ~0u, 409),
			    "{\"accepted\":false,\"reason\":\"<b>\\\"\"}\n");
	request.fields[HTTP_ACCEPT] = text_of("text/html,*/*;q=0.8");
	assert_non_null(
		strstr(answer(HTTP_ACTION_RETRY, ~0u, 409), "<p>&#60;b&#62;&#34;</p>"));
	decision.verdict = HTTP_ACCEPTED;
	answer(HTTP_ACTION_RETRY, ~0u, 303);
	assert_non_null(strstr(response.fields, "Location: /\r\n"));
	decision.verdict = HTTP_FORBIDDEN;
	answer(HTTP_ACTION_RETRY, ~0u, 403);
	decision.verdict = HTTP_NOT_A_ROOT;
	answer(HTTP_ACTION_RETRY, ~0u, 400);
}

static void who_may_not_is_not_asked_for(void **state)
{
	(void)state;
	answer(HTTP_ACTION_RETRY, ~(1u << HTTP_ACTION_RETRY), 403);
	peer.local = false;
	answer(HTTP_ACTION_RETRY, ~0u, 403);
	peer.tls = true;
	auth_read(&auth, text_of("nobody's"));
	answer(HTTP_ACTION_RETRY, ~0u, 401);
	assert_non_null(strstr(response.fields,
			       "WWW-Authenticate: Bearer realm=\"rootling\"\r\n"));
	request.fields[HTTP_AUTHORIZATION] = text_of("Bearer x");
	for (unsigned i = 0; i < 5; i++)
		answer(HTTP_ACTION_RETRY, ~0u, 401);
	assert_non_null(strstr(response.fields, "error=\"invalid_token\""));
	answer(HTTP_ACTION_RETRY, ~0u, 429);
	assert_non_null(strstr(response.fields, "Retry-After: 4\r\n"));
	assert_int_equal(asked.kind, HTTP_ACTION_COUNT);
}

static void the_root_comes_in_the_body(void **state)
{
	(void)state;
	answer(HTTP_ACTION_ROOT, ~0u, 400);
	body = text_of("root=UUID%3D1");
	answer(HTTP_ACTION_ROOT, ~0u, 415);
	request.fields[HTTP_CONTENT_TYPE] = text_of("application/x-www-form-urlencoded");
	answer(HTTP_ACTION_ROOT, ~0u, 202);
	assert_string_equal(asked.root, "UUID=1");
	body = text_of("root=");
	answer(HTTP_ACTION_ROOT, ~0u, 400);
	body = text_of("root=%");
	answer(HTTP_ACTION_ROOT, ~0u, 400);
	body = text_of("root=UUID%3D1"); /* of no other's business */
	answer(HTTP_ACTION_RETRY, ~0u, 202);
	assert_string_equal(asked.root, "");
}

static void the_report_is_a_file(void **state)
{
	(void)state;
	request.method = HTTP_GET;
	answer(HTTP_ACTION_REPORT, ~0u, 404);
	report_fd = open("/proc/self/cmdline", O_RDONLY);
	answer(HTTP_ACTION_REPORT, ~0u, 200);
	assert_int_equal(response.file, report_fd);
	assert_non_null(strstr(response.fields, "rootling-report.txt"));
	answer(HTTP_ACTION_REPORT, ~(1u << HTTP_ACTION_REPORT), 403);
	assert_int_equal(asked.kind, HTTP_ACTION_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define PID1(name)   cmocka_unit_test_setup(name, set_up)
#define WORKER(name) cmocka_unit_test_setup(name, set_up_worker)
		PID1(what_fits_is_done),
		PID1(a_root_is_taken_where_one_is_looked_for),
		PID1(the_login_of_a_root_is_nobodys_business),
		PID1(policy_goes_before_all),
		PID1(what_a_sound_worker_would_not_send_is_dropped),
		WORKER(decisions_become_answers),
		WORKER(who_may_not_is_not_asked_for),
		WORKER(the_root_comes_in_the_body),
		WORKER(the_report_is_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
