/* The routes that change something, and the report: who asks is looked at, PID 1 is asked, the answer
 * is JSON, or a page for a browser without JavaScript. */
#ifndef HTTP_ACTION_H
#define HTTP_ACTION_H

#include "http/auth.h"
#include "http/http.h"

/* What they are made from; all of it borrowed. */
struct action_context {
	struct auth *auth;
	uint32_t allowed; /* bits of the kinds, as in struct http_config */

	/* Asks PID 1. 0; -ETIMEDOUT: it has been asked, and may still decide; -errno: it does not
	 * hear us. @action->id is its business. */
	int (*ask)(void *ctx, struct http_action *action, struct http_decision *out);
	/* The report, open, or -errno. */
	int (*open_report)(void *ctx);
	void *ctx;
};

/* Answers a request for /api/v1/NAME of @kind: POST, or of the report GET and HEAD too. The report is for those who
 * could also act: it alone has the kernel's command line, and what is blackened there goes by the
 * names of its words, so a secret by another name may be left. */
void action_answer(const struct action_context *context, enum http_action_kind kind,
		   const struct http_exchange *exchange, struct response *response);

#endif
