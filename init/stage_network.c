#include "init/network_request.h"
#include "init/stage_http.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "netcfg/netcfg.h"

static void message(void *ctx, const void *report)
{
	struct boot *boot = ctx;

	network_take(&boot->known, report);
	/* what recovery waits for may be there now */
	if (IS_ENABLED(CONFIG_NETROOT) && boot->failed && *boot->netroot.waits_for)
		boot->retry = true;
}

static int run(int fd, const void *request)
{
	return netcfg_worker(fd, request);
}

/* The network is brought up when somebody needs it: ip= says so, a service that listens, or the
 * root. */
static bool is_wanted(struct boot *boot)
{
	const struct config *config = &boot->config;

	if (config->ip.count || config->neednet ||
	    (IS_ENABLED(CONFIG_HTTP) && http_needs_network(config)))
		return true;
	/* a wrong root= is said by its own stage */
	return IS_ENABLED(CONFIG_NETROOT) && netroot_read(boot) == 0 &&
	       netroot_spec_needs_network(&boot->netroot.spec);
}

int stage_network(struct boot *boot)
{
	_Static_assert(sizeof(struct netcfg_report) <= WORKER_MESSAGE_MAX, "it fits");
	const struct config *config = &boot->config;
	struct netcfg_request *request = &boot->network_request;

	if (!is_wanted(boot))
		return STAGE_SKIPPED;
	*request = network_request(config);
	if (IS_ENABLED(CONFIG_NETROOT_ISCSI))
		network_ibft(boot, request);
	boot->network = (struct worker){
		.name = "network",
		.run = run,
		.args = request,
		.policy = WORKER_RESTART,
		.message_size = sizeof(struct netcfg_report),
		.message = message,
		.ctx = boot,
	};
	/* the fast path knows the root's drivers, not the network's */
	if (IS_ENABLED(CONFIG_COLDPLUG))
		modules_coldplug(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->network);
}
