#include "http/routes.h"

#include "http/metrics.h"
#include "http/page.h"
#include "http/web.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"

#include <string.h>
#include <sys/stat.h>

#define TEXT_HTML    "text/html; charset=utf-8"
#define TEXT_PLAIN   "text/plain; charset=utf-8"
#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"

struct route {
	const char *path;
	void (*answer)(const struct http_context *context, const struct route *route,
		       struct response *response);
	const char *type;
	const char *file; /* of the state directory */
	const char *body; /* of the program */
};

static void answer_page(const struct http_context *context, const struct route *route,
			struct response *response)
{
	struct buf body = response_start_text(response, 200, route->type);

	page_write(context, &body);
	response_end_text(response, &body);
}

static void answer_static(const struct http_context *context, const struct route *route,
			  struct response *response)
{
	(void)context;
	response_set_static(response, route->type, route->body);
}

/* The file is replaced by rename: the descriptor shows one version to its end. */
static void answer_file(const struct http_context *context, const struct route *route,
			struct response *response)
{
	char storage[256];
	struct buf path = BUF_OVER(storage);
	struct stat st;
	fd_auto int fd = -1;

	buf_printf(&path, "%s/%s", context->config->state_dir, route->file);
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (path.truncated || fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		response_set_status(response, 503); /* not written yet */
		return;
	}
	response->status = 200;
	response->type = route->type;
	response->body_len = (size_t)st.st_size;
	response->file = fd_take(&fd);
}

static void answer_health(const struct http_context *context, const struct route *route,
			  struct response *response)
{
	const struct http_health *health = context->health;
	struct buf body =
		response_start_text(response, health->failed ? 503 : 200, route->type);

	buf_printf(&body, "%s\n", health->failed ? health->verdict : "ok");
	response_end_text(response, &body);
}

static void answer_metrics(const struct http_context *context, const struct route *route,
			   struct response *response)
{
	struct buf body = response_start_text(response, 200, route->type);

	metrics_write(context, &body);
	response_end_text(response, &body);
}

static const struct route routes[] = {
	{ "/", answer_page, TEXT_HTML },
	{ "/healthz", answer_health, TEXT_PLAIN },
	{ "/metrics", answer_metrics, TEXT_METRICS },
	{ "/api/v1/status", answer_file, "application/json", .file = "status.json" },
	{ "/api/v1/timeline", answer_file, "application/json", .file = "timeline.json" },
	{ "/api/v1/log", answer_file, TEXT_PLAIN, .file = "boot.log" },
	{ "/style.css", answer_static, "text/css; charset=utf-8", .body = web_style_css },
	{ "/status.js", answer_static, "text/javascript; charset=utf-8",
	  .body = web_status_js },
};

void routes_answer(const struct http_context *context, const struct http_request *request,
		   struct response *response)
{
	if (request->method == HTTP_OTHER) {
		response_set_status(response, 405);
		return;
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *route = &routes[i];

		if (strlen(route->path) == request->path_len &&
		    memcmp(route->path, request->path, request->path_len) == 0) {
			route->answer(context, route, response);
			return;
		}
	}
	response_set_status(response, 404);
}
