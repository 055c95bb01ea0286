#include "init/stage_http.h"

#include "http/http.h"
#include "init/shell_remote.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

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

/* A client that has shown who it is would like the shell. */
static void give_shell(struct boot *boot, const struct http_wish *wish)
{
	fd_auto int terminal = -1;
	struct http_shell answer = { .id = wish->id };

	answer.err = shell_remote_start(boot, wish->peer, &terminal);
	/* a worker that has no room for it, or is gone: closing hangs up */
	if (worker_send_fd(&boot->http, &answer, sizeof(answer), terminal))
		shell_remote_end(boot);
}

static void serve_wish(void *ctx, const void *message)
{
	struct boot *boot = ctx;
	struct http_wish wish;

	memcpy(&wish, message, sizeof(wish));
	wish.peer[sizeof(wish.peer) - 1] = '\0';
	wish.token[sizeof(wish.token) - 1] = '\0';
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE) && wish.kind == HTTP_WISH_SHELL)
		give_shell(boot, &wish);
}

static int run(int fd, const void *config)
{
	return http_worker(fd, config);
}

int stage_http(struct boot *boot)
{
	const struct config_list *wanted = &boot->config.http;
	struct http_config *http = &boot->http_config;

	*http = (struct http_config){ .state_dir = BOOT_STATE_DIR };
	for (unsigned i = 0; i < wanted->count; i++) {
		if (str_equal(wanted->item[i], "0")) {
			http->listen_count = 0; /* off, as far as was said before */
			continue;
		}
		if (http->listen_count == HTTP_LISTEN_MAX ||
		    http_listen_parse(wanted->item[i], false,
				      &http->listen[http->listen_count]))
			log_err("rd.http=%s: ignored: not [ADDRESS:]PORT, or one too many",
				wanted->item[i]);
		else
			http->listen_count++;
	}
	if (http->listen_count == 0)
		return STAGE_SKIPPED;
	boot->http = (struct worker){
		.name = "http",
		.run = run,
		.args = http,
		.policy = WORKER_RESTART,
		.message_size = sizeof(struct http_wish),
		.message = serve_wish,
		.started = started,
		.ctx = boot,
	};
	status_follow(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->http);
}
