#include "http/routes.h"

#include "http/console.h"
#include "http/embedded.h"
#include "http/events.h"
#include "http/metrics.h"
#include "http/page.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

struct route {
	const char *path;
	void (*answer)(const struct http_context *context,
		       const struct http_exchange *exchange, struct response *response);
	/* without @answer: a file of the state directory */
	const char *file, *type;
};

static void answer_health(const struct http_context *context,
			  const struct http_exchange *exchange, struct response *response)
{
	const struct http_health *health = context->health;
	struct buf body =
		response_start_text(response, health->failed ? 503 : 200, TEXT_PLAIN);

	(void)exchange;
	buf_printf(&body, "%s\n", health->failed ? health->verdict : "ok");
	response_end_text(response, &body);
}

/* The console speaks for itself, also of what it does not take. */
static void answer_console(const struct http_context *context,
			   const struct http_exchange *exchange,
			   struct response *response)
{
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		console_answer(context->console, exchange, response);
}

static const struct route routes[] = {
	{ "/", .answer = page_answer },
	{ "/healthz", .answer = answer_health },
	{ "/metrics", .answer = metrics_answer },
	{ "/api/v1/events", .answer = events_answer },
	{ "/api/v1/status", .file = "status.json", .type = "application/json" },
	{ "/api/v1/timeline", .file = "timeline.json", .type = "application/json" },
	{ "/api/v1/log", .file = "boot.log", .type = TEXT_PLAIN },
	{ IS_ENABLED(CONFIG_HTTP_CONSOLE) ? "/api/v1/console" : "",
	  .answer = answer_console },
};

static void answer_file(const struct http_context *context, const struct route *route,
			struct response *response)
{
	int fd = context_open(context, route->file);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		response_set_status(response, 503); /* not written yet */
		response_add_field(response, "Retry-After", "1");
		return;
	}
	response->status = 200;
	response->type = route->type;
	response->file = fd;
	(void)response_add_file(response, 0, (uint64_t)st.st_size);
}

static const struct route *find_route(struct text path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (text_is(path, routes[i].path))
			return &routes[i];
	return NULL;
}

/* The kind of an action, or -ENOENT. The console is a route like others: it begins with a GET. */
static int find_action(struct text path)
{
	static const char prefix[] = "/api/v1/";
	size_t len = strlen(prefix);
	int kind = -ENOENT;

	if (path.len > len && memcmp(path.s, prefix, len) == 0)
		kind = http_action_find((struct text){ path.s + len, path.len - len });
	return kind == HTTP_ACTION_CONSOLE ? -ENOENT : kind;
}

/* ---- methods */

static bool takes(int action, enum http_method method)
{
	bool reads = method == HTTP_GET || method == HTTP_HEAD;

	if (method == HTTP_POST)
		return action >= 0;
	return reads && (action < 0 || action == HTTP_ACTION_REPORT);
}

static const char *methods_of(int action)
{
	if (action < 0)
		return "GET, HEAD, OPTIONS";
	return action == HTTP_ACTION_REPORT ? "GET, HEAD, POST, OPTIONS"
					    : "POST, OPTIONS";
}

void routes_answer(void *ctx, const struct http_exchange *exchange,
		   struct response *response)
{
	const struct http_context *context = ctx;
	enum http_method method = exchange->request->method;
	struct text path = exchange->request->path;
	bool is_known = method != HTTP_OTHER; /* else it has no path */
	const struct route *route = is_known ? find_route(path) : NULL;
	int action = is_known ? find_action(path) : -ENOENT;

	response->own = true;
	if (method == HTTP_OPTIONS)
		response_set_methods(response, 204, methods_of(action));
	else if (!takes(action, method))
		response_set_methods(response, 405, methods_of(action));
	else if (action >= 0)
		action_answer(context->actions, (enum http_action_kind)action, exchange,
			      response);
	else if (route && route->answer)
		route->answer(context, exchange, response);
	else if (route)
		answer_file(context, route, response);
	else if (!(context->files && files_answer(context->files, exchange, response)) &&
		 !embedded_answer(exchange, response))
		response_set_status(response, 404);
}
