#include "init/handover.h"

#include "init/handover_files.h"
#include "lib/log.h"

#include <string.h>

static void tell(struct boot *boot, enum netcfg_command command)
{
	const uint32_t message = command;
	int err = worker_send(&boot->network, &message, sizeof(message));

	if (err)
		log_warning("handover: network worker: %s: interfaces stay as they are",
			    strerror(-err));
}

void handover(struct boot *boot)
{
	bool down = boot->config.handover == HANDOVER_DOWN && !boot->root_needs_network;

	if (!boot->known.count)
		return;
	if (IS_ENABLED(CONFIG_HANDOVER) && !down)
		handover_files(boot);
	if (down)
		tell(boot, NETCFG_PUT_DOWN);
	else if (IS_ENABLED(CONFIG_HANDOVER) && boot->root_needs_network)
		tell(boot, NETCFG_HOLD);
}
