#include "init/children.h"

#include "init/shell.h"
#include "init/shell_remote.h"
#include "lib/clock.h"
#include "lib/klibc.h"

#include <stddef.h>

#define STOP_LIMIT_MS 2000
#define WORKERS	      (3 + IS_ENABLED(CONFIG_NETROOT))

static struct worker *worker_of(struct boot *boot, unsigned i)
{
	static const uint32_t places[] = {
		offsetof(struct boot, modules),
		offsetof(struct boot, network),
		offsetof(struct boot, http),
		offsetof(struct boot, netroot.worker),
	};

	return (struct worker *)((char *)boot + places[i]);
}

bool children_reap(struct boot *boot, pid_t pid, int status)
{
	for (unsigned i = 0; i < WORKERS; i++)
		if (worker_reap(worker_of(boot, i), pid, status))
			return true;
	return false;
}

static void wait_for(struct boot *boot, struct worker *w, uint64_t until_ms)
{
	while (w->pid && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
	if (w->pid)
		(void)kill(w->pid, SIGKILL);
}

void children_stop_http(struct boot *boot)
{
	worker_stop(&boot->http);
	wait_for(boot, &boot->http, clock_monotonic_ms() + STOP_LIMIT_MS);
}

void children_stop(struct boot *boot)
{
	uint64_t until_ms = clock_monotonic_ms() + STOP_LIMIT_MS;

	for (unsigned i = 0; i < WORKERS; i++)
		worker_stop(worker_of(boot, i));
	if (IS_ENABLED(CONFIG_RECOVERY_SHELL))
		shell_end_all(boot);
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		shell_remote_end(boot);
	for (unsigned i = 0; i < WORKERS; i++)
		wait_for(boot, worker_of(boot, i), until_ms);
}

void children_resume(struct boot *boot)
{
	for (unsigned i = 0; i < WORKERS; i++)
		worker_resume(worker_of(boot, i));
}
