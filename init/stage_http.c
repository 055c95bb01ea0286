#include "init/stage_http.h"

#include "http/http.h"
#include "init/http_action.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <sys/wait.h>

#define TOKEN_PATH "/etc/rootling/http/token.sha256"

void http_tell(struct boot *boot)
{
	struct http_health health = { .failed = boot->failed };

	if (!boot->http.pid)
		return;
	/* same size */
	(void)str_copy(health.verdict, sizeof(health.verdict), boot->verdict);
	(void)worker_send(&boot->http, &health, sizeof(health)); /* the next one may do */
}

/* A worker that was started again knows nothing of what happened before. */
static void started(void *ctx)
{
	http_tell(ctx);
}

static int run(int fd, const void *config)
{
	return http_worker(fd, config);
}

/* It has said why itself; once is enough. */
static void ended(void *ctx, int status)
{
	struct boot *boot = ctx;

	if (WIFEXITED(status) && WEXITSTATUS(status) == HTTP_WORKER_NEVER) {
		log_err("http: not started again");
		boot->http.stopped = true;
	}
}

/* ---- where to listen */

static void read_listeners(const struct config_list *wanted, bool tls, bool say,
			   struct http_config *http)
{
	unsigned before = http->listen_count;

	for (unsigned i = 0; i < wanted->count; i++) {
		const char *item = wanted->item[i];

		if (str_equal(item, "0"))
			http->listen_count = before; /* off, as far as was said before */
		else if (http->listen_count < HTTP_LISTEN_MAX &&
			 !http_listen_parse(item, tls, &http->listen[http->listen_count]))
			http->listen_count++;
		else if (say)
			log_err("rd.http%s=%s: ignored: not [ADDRESS:]PORT, vsock:PORT or "
				"unix:PATH, or one too many",
				tls ? "s" : "", item);
	}
}

static void read_all(const struct config *config, bool say, struct http_config *http)
{
	http->listen_count = 0;
	read_listeners(&config->http, false, say, http);
	read_listeners(&config->https, true, say, http);
}

bool http_needs_network(const struct config *config)
{
	struct http_config http;

	read_all(config, false, &http); /* what is wrong is said by the stage */
	for (unsigned i = 0; i < http.listen_count; i++)
		if (!http_listen_is_local(&http.listen[i]))
			return true;
	return false;
}

/* ---- the stage */

int stage_http(struct boot *boot)
{
	struct http_config *http = &boot->http_config;

	*http = (struct http_config){ .state_dir = BOOT_STATE_DIR,
				      .token_path = TOKEN_PATH };
	read_all(&boot->config, true, http);
	if (http->listen_count == 0)
		return STAGE_SKIPPED;
	http->actions = http_action_policy(&boot->config);
	boot->http = (struct worker){
		.name = "http",
		.run = run,
		.args = http,
		.policy = WORKER_RESTART,
		.message_size = sizeof(struct http_action),
		.message = http_action_take,
		.started = started,
		.ended = ended,
		.ctx = boot,
	};
	status_follow(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->http);
}
