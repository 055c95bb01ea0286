#include "init/stage_http.h"

#include "http/http.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>

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
		.started = started,
		.ctx = boot,
	};
	status_follow(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->http);
}
