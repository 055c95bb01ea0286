#include "netcfg/leave.h"

#include "netcfg/rtnl_link.h"

#include "lib/log.h"

#include <string.h>

static void hold(struct link *link, const struct link_context *context)
{
	for (unsigned i = 0; i < LINK_SOURCES; i++) {
		struct rtnl_address address = link->sources[i].address;
		int err;

		if (link->sources[i].state != LINK_HELD || !address.address.family ||
		    address.lifetime_s == RTNL_FOREVER)
			continue;
		address.lifetime_s = RTNL_FOREVER;
		err = rtnl_address_set(context->requests, link->seen.index, &address);
		if (err)
			log_warning("%s: address stays only as long as its lease: %s",
				    link->seen.name, strerror(-err));
	}
}

void leave_held(struct links *links)
{
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index)
			hold(&links->rows[i], &links->context);
}

void leave_down(struct links *links, uint64_t now_ms)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *link = &links->rows[i];
		bool is_ours = link->seen.index && link->is_raised && !link->is_kernels;
		int err;

		if (!is_ours)
			continue;
		(void)link_yield(link, &links->context, now_ms); /* not for a port */
		err = rtnl_link_down(links->context.requests, link->seen.index);
		if (err)
			log_warning("%s: link down: %s", link->seen.name, strerror(-err));
	}
}
