/* Sets what one source gives an interface: addresses, routes, MTU. */
#ifndef NETCFG_LINK_SOURCE_H
#define NETCFG_LINK_SOURCE_H

#include "netcfg/link.h"

/* The first row of the link whose methods have one of @methods, or NULL. */
const struct ip_param *link_row(const struct link *link, const struct plan *plan,
				unsigned methods);

/* Sets what @lease, or for NULL the row of the plan, says. PID 1 is told when it holds, at once or
 * when an IPv6 address is known to be free; or that it failed. */
void link_source_set(struct link *link, const struct link_context *context,
		     unsigned source, const struct lease *lease);

/* Removes what was set; @err is for PID 1, 0: it was not lost, do not tell. */
void link_source_drop(struct link *link, const struct link_context *context,
		      unsigned source, int err);

/* News of an address. True when a source has become HELD or has lost its address. */
bool link_source_see(struct link *link, const struct link_context *context,
		     const struct rtnl_address_seen *seen);

#endif
