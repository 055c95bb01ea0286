/* What an interface is to be set to, whoever said so: the command line before the lease.
 * Pure. */
#ifndef NETCFG_SETTINGS_H
#define NETCFG_SETTINGS_H

#include "netcfg/dhcp4_packet.h"
#include "netcfg/plan.h"

#include <stdint.h>

struct settings {
	uint32_t address_be;
	uint8_t prefix_len;
	struct dhcp4_routes routes; /* the default route among them */
	uint32_t dns_be[NETCFG_NAMESERVERS];
	uint32_t ntp_be;
	uint32_t lease_s;
	char hostname[64];
	char domain[128];
};

/* @lease is NULL for a static row. Name servers: nameserver=, then ip=, then the lease. A
 * host name with dots is cut into name and domain. */
void settings_make(const struct plan *plan, const struct ip_param *row,
		   const struct dhcp4_lease *lease, struct settings *out);

/* Of the default route, 0: there is none. */
uint32_t settings_gateway_be(const struct settings *settings);

#endif
