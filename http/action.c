#include "http/action.h"

#include "http/form.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_HTML  "text/html; charset=utf-8"
#define TEXT_JSON  "application/json"
#define TEXT_PLAIN "text/plain; charset=utf-8"

static const char *const names[HTTP_ACTION_COUNT] = {
	[HTTP_ACTION_RETRY] = "retry",	     [HTTP_ACTION_CONTINUE] = "continue",
	[HTTP_ACTION_ROOT] = "root",	     [HTTP_ACTION_REBOOT] = "reboot",
	[HTTP_ACTION_POWEROFF] = "poweroff", [HTTP_ACTION_CONSOLE] = "console",
	[HTTP_ACTION_REPORT] = "report",
};

const char *http_action_name(unsigned kind)
{
	return kind < HTTP_ACTION_COUNT ? names[kind] : NULL;
}

int http_action_find(struct text name)
{
	for (int i = 0; i < HTTP_ACTION_COUNT; i++)
		if (text_is(name, names[i]))
			return i;
	return -ENOENT;
}

/* ---- answers */

/* A browser that sent a form; a script takes what it gets. */
static bool wants_page(const struct http_exchange *exchange)
{
	struct text accept = exchange->request->fields[HTTP_ACCEPT];

	return accept.s && text_lists(accept, "text/html");
}

/* @reason is our own text, or printable ASCII of PID 1 that may quote what was asked for. */
static void put_html(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("<>&\"'", *s))
			buf_printf(b, "&#%u;", (unsigned)*s);
		else
			buf_put(b, s, 1);
	}
}

static void answer_refusal(const struct http_exchange *exchange, unsigned status,
			   const char *reason, struct response *response)
{
	bool page = wants_page(exchange);
	struct buf b =
		response_start_text(response, status, page ? TEXT_HTML : TEXT_JSON);

	if (page) {
		buf_puts(&b, "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
			     "<title>Refused</title>\n<h1>Refused</h1>\n<p>");
		put_html(&b, reason);
		buf_puts(&b, "</p>\n<p><a href=\"/\">Back</a></p>\n");
	} else {
		buf_puts(&b, "{\"accepted\":false,\"reason\":");
		buf_json_string(&b, reason);
		buf_puts(&b, "}\n");
	}
	response->own = true;
	response_end_text(response, &b);
}

static void answer_unauthorized(const struct http_exchange *exchange,
				const struct auth_refusal *refusal,
				struct response *response)
{
	if (refusal->status == 401) /* RFC 6750, 3 */
		response_add_field(response, "WWW-Authenticate",
				   "Bearer realm=\"rootling\"%s",
				   refusal->wrong_token ? ", error=\"invalid_token\""
							: "");
	if (refusal->retry_after_s)
		response_add_field(response, "Retry-After", "%u", refusal->retry_after_s);
	answer_refusal(exchange, refusal->status, refusal->reason, response);
}

static void answer_accepted(const struct http_exchange *exchange,
			    struct response *response)
{
	bool page = wants_page(exchange);
	struct buf b = response_start_text(response, page ? 303 : 202, TEXT_JSON);

	if (page)
		response_add_field(response, "Location", "/");
	buf_puts(&b, "{\"accepted\":true}\n");
	response->own = true;
	response_end_text(response, &b);
}

/* ---- what is asked for */

static unsigned status_of(uint32_t verdict)
{
	return verdict == HTTP_FORBIDDEN ? 403 : verdict == HTTP_NOT_NOW ? 409 : 400;
}

/* 0, or the status of a refusal and why. */
static unsigned read_root(const struct http_exchange *exchange,
			  struct http_action *action, const char **reason)
{
	struct form form;
	int err = form_open(exchange, &form);

	*reason = "neither application/json nor application/x-www-form-urlencoded";
	if (err)
		return 415;
	err = form_value(&form, "root", action->root, sizeof(action->root));
	*reason = err == -ENOENT	 ? "root is missing"
		  : err == -ENAMETOOLONG ? "root is too long"
					 : "the body is not well-formed";
	if (!err && !*action->root) {
		*reason = "root is empty";
		err = -EINVAL;
	}
	return err ? 400 : 0;
}

static void act(const struct action_context *context, enum http_action_kind kind,
		const struct http_exchange *exchange, struct response *response)
{
	struct http_action action;
	struct http_decision decision;
	const char *reason;
	unsigned status = 0;
	int err;

	memset(&action, 0, sizeof(action)); /* all of it goes to PID 1 */
	action.kind = kind;
	(void)str_copy(action.peer, sizeof(action.peer),
		       exchange->peer->name); /* same size */
	if (kind == HTTP_ACTION_ROOT)
		status = read_root(exchange, &action, &reason);
	if (status) {
		answer_refusal(exchange, status, reason, response);
		return;
	}
	err = context->ask(context->ctx, &action, &decision);
	if (err && err != -ETIMEDOUT)
		answer_refusal(exchange, 503, "process 1 does not listen", response);
	else if (!err && decision.verdict != HTTP_ACCEPTED)
		answer_refusal(exchange, status_of(decision.verdict), decision.reason,
			       response);
	else
		answer_accepted(exchange, response);
}

static void send_report(const struct action_context *context,
			const struct http_exchange *exchange, struct response *response)
{
	int fd = context->open_report(context->ctx);
	struct stat st;

	response->file = fd; /* the response's from here on */
	if (fd < 0 || fstat(fd, &st) < 0) {
		response->file = -1;
		answer_refusal(exchange, 404,
			       "there is no report: the boot has not failed", response);
		return;
	}
	response->status = 200;
	response->type = TEXT_PLAIN;
	response->own = true;
	response_add_field(response, "Content-Disposition",
			   "attachment; filename=\"rootling-report.txt\"");
	(void)response_add_file(response, 0,
				(uint64_t)st.st_size); /* the first piece fits */
}

void action_answer(const struct action_context *context, enum http_action_kind kind,
		   const struct http_exchange *exchange, struct response *response)
{
	struct auth_refusal refusal;

	if (!auth_admit(context->auth, exchange, &refusal)) {
		if (refusal.wrong_token)
			log_warning("%s: %s: %s", exchange->peer->name, names[kind],
				    refusal.reason);
		answer_unauthorized(exchange, &refusal, response);
	} else if (!(context->allowed & 1u << kind)) {
		answer_refusal(exchange, 403, "rd.http.actions= does not allow that",
			       response);
	} else if (kind == HTTP_ACTION_REPORT) {
		log_info("report: sent to %s", exchange->peer->name);
		send_report(context, exchange, response);
	} else {
		act(context, kind, exchange, response);
	}
}
