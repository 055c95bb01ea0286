#include "init/netroot.h"

#include "init/boot.h"
#include "init/stages.h"
#include "init/status.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/ip.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#define PAUSE_MS     500
#define PAUSE_MAX_MS 8000
#define KILL_MS	     2000 /* until a child that was killed must be gone */

/* ---- waiting */

void netroot_waits_for(struct boot *boot, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(boot->netroot.waits_for, sizeof(boot->netroot.waits_for), fmt, args);
	va_end(args);
}

static unsigned waited_s(const struct netroot *n)
{
	return (unsigned)((clock_monotonic_ms() - n->start_ms) / 1000);
}

static void say(struct boot *boot)
{
	struct netroot *n = &boot->netroot;

	log_info("netroot: %u s: %s", waited_s(n), n->waits_for);
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
}

/* After 3 s, 10 s, and then each time twice as late; an image that comes is news every 3 s. */
static void say_in_time(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	uint64_t now_ms = clock_monotonic_ms(), since_ms = n->say_ms - n->start_ms;

	if (now_ms < n->say_ms)
		return;
	say(boot);
	if (n->report.kind == NETROOT_PROGRESS)
		n->say_ms = now_ms + NETROOT_SAY_FIRST_MS;
	else if (since_ms <= NETROOT_SAY_FIRST_MS)
		n->say_ms = n->start_ms + 10000;
	else
		n->say_ms = now_ms + since_ms;
}

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
	return a_ms && (!b_ms || a_ms < b_ms) ? a_ms : b_ms;
}

bool netroot_round(struct boot *boot, uint64_t until_ms)
{
	struct netroot *n = &boot->netroot;

	(void)loop_round(&boot->loop, earlier(until_ms, earlier(n->until_ms, n->say_ms)));
	if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
		return false;
	if (n->until_ms && clock_monotonic_ms() >= n->until_ms) {
		stage_verdict(boot, "no root: waited %u s for %s", waited_s(n),
			      n->waits_for);
		return false;
	}
	say_in_time(boot);
	return true;
}

bool netroot_pause(struct boot *boot, unsigned ms)
{
	uint64_t until_ms = clock_monotonic_ms() + ms;

	while (clock_monotonic_ms() < until_ms)
		if (!netroot_round(boot, until_ms))
			return false;
	return true;
}

unsigned netroot_pause_ms(unsigned tries)
{
	unsigned pause = PAUSE_MS;

	while (--tries && pause < PAUSE_MAX_MS)
		pause *= 2;
	return pause;
}

/* ---- children */

static void ended(void *ctx, int status)
{
	struct boot *boot = ctx;

	boot->netroot.status = status;
}

static void kill_worker(struct boot *boot)
{
	struct worker *w = &boot->netroot.worker;
	uint64_t until_ms = clock_monotonic_ms() + KILL_MS;

	worker_stop(w);
	if (w->pid)
		(void)kill(w->pid, SIGKILL);
	while (w->pid && clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
	/* whoever hangs in the kernel is left to it */
	*w = (struct worker){ .fd = -1 };
}

static int start(struct boot *boot, const struct worker *worker)
{
	boot->netroot.worker = *worker;
	boot->netroot.worker.policy = WORKER_ONCE;
	boot->netroot.worker.ended = ended;
	boot->netroot.worker.ctx = boot;
	return worker_start(&boot->loop, &boot->netroot.worker);
}

int netroot_child(struct boot *boot, const char *name,
		  int (*run)(int fd, const void *args), const void *args,
		  unsigned limit_ms)
{
	const struct worker worker = { .name = name, .run = run, .args = args };
	uint64_t until_ms = clock_monotonic_ms() + limit_ms;
	struct netroot *n = &boot->netroot;
	int err = start(boot, &worker);

	if (err)
		return err;
	while (n->worker.pid && clock_monotonic_ms() < until_ms) {
		if (netroot_round(boot, until_ms))
			continue;
		kill_worker(boot);
		return -ETIME;
	}
	err = n->worker.pid ? -ETIMEDOUT : 0;
	kill_worker(boot);
	if (err)
		return err;
	return WIFEXITED(n->status) ? WEXITSTATUS(n->status) : 128;
}

/* ---- the worker */

static void note_progress(struct boot *boot)
{
	const struct netroot_report *r = &boot->netroot.report;
	bool large = r->bytes >> 24 || r->total >> 24;
	unsigned shift = large ? 20 : 10;
	unsigned here = (unsigned)(r->bytes >> shift),
		 total = (unsigned)(r->total >> shift);
	const char *unit = large ? "MiB" : "KiB";

	if (total)
		netroot_waits_for(boot, "%s: %u of %u %s, %u %%", boot->netroot.spec.url,
				  here, total, unit, here * 100 / total);
	else
		netroot_waits_for(boot, "%s: %u %s", boot->netroot.spec.url, here, unit);
}

static const char *server_name(const struct netroot_spec *spec)
{
	return spec->kind == NETROOT_IMAGE ? spec->url : spec->host;
}

static void message(void *ctx, const void *data)
{
	struct boot *boot = ctx;
	struct netroot *n = &boot->netroot;
	char text[sizeof(n->report.text)];
	struct buf b = BUF_OVER(text);

	n->report = *(const struct netroot_report *)data;
	n->report.text[sizeof(n->report.text) - 1] = '\0';
	buf_printable(&b, n->report.text);
	if (n->report.kind == NETROOT_PROGRESS) {
		note_progress(boot);
	} else if (n->report.kind == NETROOT_WAITING) {
		netroot_waits_for(boot, "%s: %s", server_name(&n->spec), text);
		log_debug("netroot: %s", n->waits_for);
	} else if (n->report.kind == NETROOT_REFUSED) {
		n->refused = true;
		n->waits_for[0] = '\0'; /* nothing that would come helps */
		stage_verdict(boot, "no root: %s: %s", server_name(&n->spec), text);
	}
}

static int run(int fd, const void *request)
{
	return netroot_worker(fd, request);
}

/* Leases come and change while the worker runs. */
static void tell_names(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	struct netroot_names names;

	memset(&names, 0, sizeof(names));
	(void)network_dns(&boot->known, names.dns, NETROOT_DNS_MAX);
	FORMAT(names.search, "%s", network_search(&boot->known));
	if (memcmp(&names, &n->names, sizeof(names)) != 0 &&
	    worker_send(&n->worker, &names, sizeof(names)) == 0)
		n->names = names;
}

int netroot_fetch(struct boot *boot, uint32_t wanted)
{
	static const struct worker worker = {
		.name = "netroot",
		.run = run,
		.message_size = sizeof(struct netroot_report),
		.message = message,
	};
	struct worker with_args = worker;
	struct netroot *n = &boot->netroot;
	int err;

	n->refused = false;
	n->report.kind = 0;
	memset(&n->names, 0, sizeof(n->names));
	with_args.args = &n->request;
	err = start(boot, &with_args);
	while (!err && n->report.kind != wanted) {
		tell_names(boot);
		if (!netroot_round(boot, 0))
			err = -ETIME;
		else if (n->refused)
			err = -EKEYREJECTED;
		else if (!n->worker.pid && n->report.kind != wanted)
			err = -EAGAIN;
	}
	if (err == -EAGAIN)
		log_warning("netroot: the worker ended with status 0x%x: starting again",
			    (unsigned)n->status);
	kill_worker(boot);
	return err;
}

int netroot_resolve(struct boot *boot, struct ip *out)
{
	struct netroot *n = &boot->netroot;
	unsigned tries = 0;
	int err;

	if (ip_parse(n->spec.host, out) == 0)
		return 0;
	n->request = (struct netroot_request){ .spec = &n->spec,
					       .file = -1,
					       .socket_v4 = -1,
					       .socket_v6 = -1,
					       .search = network_search(&boot->known) };
	(void)network_dns(&boot->known, n->request.dns, NETROOT_DNS_MAX);
	netroot_waits_for(boot, "%s: its address", n->spec.host);
	do
		err = netroot_fetch(boot, NETROOT_RESOLVED);
	while (err == -EAGAIN && netroot_pause(boot, netroot_pause_ms(++tries)));
	if (!err)
		*out = n->report.server;
	return err == -EAGAIN ? -ETIME : err;
}
