/* IPv6 of one interface as the kernel and, through it, the routers tell it: which addresses may be
 * used, what the last advertisement said. Pure: rtnetlink's messages and the time in. */
#ifndef NETCFG_INET6_VIEW_H
#define NETCFG_INET6_VIEW_H

#include "lib/netlink.h"
#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

#define INET6_NEVER UINT64_MAX /* milliseconds */

/* What a message changed. */
enum inet6_change {
	INET6_ADDRESS = 1, /* link-local or of a router's prefix: another one or none */
	INET6_FLAGS = 2,   /* a router was heard for the first time, or says otherwise */
	INET6_OPTIONS = 4, /* gateway, name servers, search list */
	INET6_TAKEN = 8,   /* DAD found the address @taken with another machine */
};

struct inet6_dns {
	struct ip address;
	uint64_t until_ms;
};

struct inet6_view {
	bool is_router_heard;
	bool is_managed; /* M: addresses by DHCPv6 */
	bool is_other;	 /* O: options by DHCPv6 */
	struct ip link_local;
	struct ip address; /* by SLAAC */
	uint8_t prefix_len;
	uint32_t lifetime_s; /* of @address, when the kernel told of it */
	struct ip gateway;
	struct ip taken;

	/* private */
	int index;
	struct inet6_dns dns[LEASE_DNS_MAX];
	char domain[sizeof(((struct lease *)0)->domain)];
	uint64_t domain_until_ms;
};

void inet6_view_init(struct inet6_view *view, int index);

/* Sets of enum inet6_change. Messages about other links and families change nothing. */
unsigned inet6_view_message(struct inet6_view *view,
			    const struct netlink_message *message, uint64_t now_ms);
unsigned inet6_view_expire(struct inet6_view *view, uint64_t now_ms);
/* When inet6_view_expire() is due. */
uint64_t inet6_view_wake_ms(const struct inet6_view *view);

bool inet6_view_has_dns(const struct inet6_view *view);

/* The view as a lease; the routes in it are set already, by the kernel. */
void inet6_view_lease(const struct inet6_view *view, struct lease *out);

#endif
