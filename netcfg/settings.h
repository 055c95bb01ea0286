/* What an interface is to be set to, whoever said so: the command line before the lease.
 * Pure. */
#ifndef NETCFG_SETTINGS_H
#define NETCFG_SETTINGS_H

#include "netcfg/lease.h"
#include "netcfg/plan.h"

/* @lease is NULL for the static address of @row. Routes: the gateway of @row instead of the lease's
 * default route, and those of rd.route= that are @ifname's. Name servers: nameserver=, then ip=,
 * then the lease. A host name with dots is cut into name and domain. */
void settings_make(const struct plan *plan, const struct ip_param *row,
		   const char *ifname, const struct lease *lease, struct lease *out);

/* Of the default route, or none. */
struct ip settings_gateway(const struct lease *settings);

/* Is @gateway, which may be none, in no network that the settings put on the link? */
bool settings_is_foreign(const struct lease *settings, const struct ip *peer,
			 const struct ip *gateway);

bool settings_has_route(const struct lease *settings, const struct lease_route *route);

#endif
