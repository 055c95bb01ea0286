#include "http/routes.h"

#include "http/console.h"
#include "http/embedded.h"
#include "http/events.h"
#include "http/metrics.h"
#include "http/page.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"

#include <sys/stat.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

struct route {
	const char *path;
	bool is_action; /* POST, and nothing else */
	void (*answer)(const struct http_context *context,
		       const struct http_exchange *exchange, struct response *response);
	/* without @answer: a file of the state directory */
	const char *file, *type;
	const char *save_as; /* to be saved, not shown, by browsers */
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
	{ "/api/v1/report", .file = "report.txt", .type = TEXT_PLAIN,
	  .save_as = "rootling-report.txt" },
	{ IS_ENABLED(CONFIG_HTTP_CONSOLE) ? "/api/v1/console" : "",
	  .answer = answer_console },
};

/* The file is replaced by rename: the descriptor shows one version to its end. */
static void answer_file(const struct http_context *context, const struct route *route,
			struct response *response)
{
	char path[256];
	struct stat st;
	fd_auto int fd = -1;

	if (FORMAT(path, "%s/%s", context->state_dir, route->file))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		response_set_status(response, 503); /* not written yet */
		response_add_field(response, "Retry-After", "1");
		return;
	}
	response->status = 200;
	response->type = route->type;
	if (route->save_as)
		response_add_field(response, "Content-Disposition",
				   "attachment; filename=\"%s\"", route->save_as);
	response->file = fd_take(&fd);
	(void)response_add_file(response, 0, (uint64_t)st.st_size);
}

static const struct route *find_route(struct text path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (text_is(path, routes[i].path))
			return &routes[i];
	return NULL;
}

void routes_answer(void *ctx, const struct http_exchange *exchange,
		   struct response *response)
{
	const struct http_context *context = ctx;
	enum http_method method = exchange->request->method;
	const struct route *route =
		method == HTTP_OTHER ? NULL : find_route(exchange->request->path);
	bool is_action = route && route->is_action;
	bool reads = method == HTTP_GET || method == HTTP_HEAD;
	const char *allowed = is_action ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";

	response->own = true;
	if (method == HTTP_OPTIONS)
		response_set_methods(response, 204, allowed);
	else if (is_action ? method != HTTP_POST : !reads)
		response_set_methods(response, 405, allowed);
	else if (route && route->answer)
		route->answer(context, exchange, response);
	else if (route)
		answer_file(context, route, response);
	else if (!(context->files && files_answer(context->files, exchange, response)) &&
		 !embedded_answer(exchange, response))
		response_set_status(response, 404);
}
