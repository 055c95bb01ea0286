/* Addresses and routes of the kernel. Functions return 0 or the kernel's -errno. */
#ifndef NETCFG_RTNL_H
#define NETCFG_RTNL_H

#include "lib/netlink.h"
#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

#define RTNL_FOREVER UINT32_MAX

struct rtnl_address {
	struct ip address;
	struct ip peer; /* the other end of the link; none: a network */
	uint8_t prefix_len;
	uint32_t lifetime_s; /* the kernel removes it then; RTNL_FOREVER: never */
	bool is_optimistic; /* IPv6: to be used while DAD goes on, as RFC 4429, 3.1 allows it for
			      * addresses by DHCP, if the interface is set so */
};

/* How a route of a lease is to be set. */
struct rtnl_route {
	const struct lease_route *route;
	uint8_t protocol;	 /* RTPROT_: who gave it, for those who come after us */
	unsigned rank;		 /* among routes to the same network: 0 goes first */
	bool is_gateway_foreign; /* in no network of this link, yet behind it */
};

/* Sets, or prolongs if it is there. An IPv6 address is tentative at first: an event tells when it
 * is known to be free. */
int rtnl_address_set(struct netlink *nl, int index, const struct rtnl_address *address);
/* With the address go the routes that the kernel made for it, and those through its
 * network. */
int rtnl_address_remove(struct netlink *nl, int index,
			const struct rtnl_address *address);
int rtnl_route_set(struct netlink *nl, int index, const struct rtnl_route *route);

/* Asks for all there is of one kind: @type is RTM_GETLINK, RTM_GETADDR or RTM_GETROUTE. The
 * answers come as events do, by netlink_receive(). One at a time on a socket. */
void rtnl_dump_request(struct netlink_request *request, uint16_t type);

#endif
