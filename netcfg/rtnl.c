#include "netcfg/rtnl.h"

#include "lib/ipv4.h"
#include "lib/klibc.h"
#include "netcfg/rtnl_parse.h"

#include <linux/rtnetlink.h>
#include <string.h>

/* What the kernel itself gives an IPv6 route that names none. */
#define IPV6_METRIC 1024u

static uint8_t family(const struct ip *ip)
{
	return ip->family == IP_V6 ? AF_INET6 : AF_INET;
}

static void put_ip(struct netlink_request *request, uint16_t type, const struct ip *ip)
{
	netlink_put(request, type, ip->bytes, ip_size(ip));
}

void rtnl_dump_request(struct netlink_request *request, uint16_t type)
{
	struct ifinfomsg body = { .ifi_family =
					  AF_UNSPEC }; /* the largest of the three */

	netlink_start(request, type, NLM_F_DUMP, &body, sizeof(body));
}

static void start_address(struct netlink_request *request, uint16_t type, uint16_t flags,
			  int index, const struct rtnl_address *address)
{
	struct ifaddrmsg body = {
		.ifa_family = family(&address->address),
		.ifa_prefixlen = address->prefix_len,
		.ifa_index = (uint32_t)index,
	};

	netlink_start(request, type, flags, &body, sizeof(body));
	put_ip(request, IFA_LOCAL, &address->address);
	put_ip(request, IFA_ADDRESS,
	       address->peer.family ? &address->peer : &address->address);
}

/* RFC 3021: a pair of machines has no broadcast. */
static void put_broadcast(struct netlink_request *request,
			  const struct rtnl_address *address)
{
	uint32_t broadcast_be;

	if (address->address.family != IP_V4 || address->peer.family ||
	    address->prefix_len >= 31)
		return;
	broadcast_be =
		ip_to_v4_be(&address->address) | ~ipv4_netmask_be(address->prefix_len);
	netlink_put(request, IFA_BROADCAST, &broadcast_be, 4);
}

int rtnl_address_set(struct netlink *nl, int index, const struct rtnl_address *address)
{
	struct ifa_cacheinfo times = {
		.ifa_prefered = address->lifetime_s,
		.ifa_valid = address->lifetime_s,
	};
	uint32_t flags = IFA_F_OPTIMISTIC;
	uint8_t protocol = RTNL_PROTOCOL;
	struct netlink_request request;

	start_address(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index,
		      address);
	put_broadcast(&request, address);
	netlink_put(&request, IFA_CACHEINFO, &times, sizeof(times));
	netlink_put(&request, IFA_PROTO, &protocol, sizeof(protocol));
	if (address->is_optimistic)
		netlink_put(&request, IFA_FLAGS, &flags, sizeof(flags));
	return netlink_call(nl, &request);
}

int rtnl_address_remove(struct netlink *nl, int index, const struct rtnl_address *address)
{
	struct netlink_request request;

	start_address(&request, RTM_DELADDR, 0, index, address);
	return netlink_call(nl, &request);
}

int rtnl_route_set(struct netlink *nl, int index, const struct rtnl_route *route)
{
	const struct lease_route *lease = route->route;
	const struct ip *gateway = &lease->gateway;
	uint8_t af = family(gateway->family ? gateway : &lease->network);
	struct rtmsg body = {
		.rtm_family = af,
		.rtm_dst_len = lease->prefix_len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = route->protocol,
		.rtm_scope = gateway->family || af == AF_INET6 ? RT_SCOPE_UNIVERSE
							       : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = route->is_gateway_foreign ? RTNH_F_ONLINK : 0,
	};
	uint32_t metric = route->rank + (af == AF_INET6 ? IPV6_METRIC : 0);
	struct netlink_request request;

	netlink_start(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &body,
		      sizeof(body));
	if (lease->prefix_len)
		put_ip(&request, RTA_DST, &lease->network);
	if (gateway->family)
		put_ip(&request, RTA_GATEWAY, gateway);
	if (metric)
		netlink_put(&request, RTA_PRIORITY, &metric, sizeof(metric));
	netlink_put(&request, RTA_OIF, &index, sizeof(index));
	return netlink_call(nl, &request);
}
