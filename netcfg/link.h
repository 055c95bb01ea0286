/* One interface on its way to an address: raised, with carrier, asking, configured. */
#ifndef NETCFG_LINK_H
#define NETCFG_LINK_H

#include "netcfg/dhcp4.h"
#include "netcfg/plan.h"
#include "netcfg/rtnl.h"

#include <stdbool.h>
#include <stdint.h>

struct link {
	struct rtnl_link seen;	    /* index 0: a free slot */
	const struct ip_param *row; /* NULL: not ours */
	bool is_raised;
	bool is_configured;
	bool has_failed; /* said once, not tried again until the carrier returns */
	struct rtnl_address address; /* while configured */
	struct dhcp4_client dhcp;
};

/* What every link needs of its worker. */
struct link_context {
	int report_fd;
	struct netlink *requests;
	const struct plan *plan;
};

/* Fills a free slot, which must not move while it is in use. */
void link_add(struct link *link, const struct rtnl_link *seen);
/* Takes over what the kernel says now; tells PID 1 when a carrier appears. */
void link_update(struct link *link, const struct link_context *context,
		 const struct rtnl_link *seen);
/* Frees the slot; tells PID 1 if the link was configured. */
void link_remove(struct link *link, const struct link_context *context);

/* Next step towards an address, if the link is ours and one can be taken now. */
void link_pursue(struct link *link, const struct link_context *context, uint64_t now_ms);
/* Stops asking: another interface serves the row. A lease that is held stays. */
void link_yield(struct link *link);

/* Returns true when the link has been configured or lost its configuration. */
bool link_timer(struct link *link, const struct link_context *context, uint64_t now_ms);
bool link_input(struct link *link, const struct link_context *context, uint64_t now_ms);

uint64_t link_wake_ms(const struct link *link);

#endif
