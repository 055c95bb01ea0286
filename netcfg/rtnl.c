#include "netcfg/rtnl.h"

#include "lib/ipv4.h"
#include "lib/klibc.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

_Static_assert(RTNL_LINK_GROUP == RTMGRP_LINK, "the kernel's number");

static void copy_name(const struct netlink_attribute *attribute, char *name, size_t size)
{
	size_t len = attribute->len < size ? attribute->len : size - 1;

	/* the kernel's names end with a NUL and fit */
	memcpy(name, attribute->data, len);
	name[len] = '\0';
}

int rtnl_link_parse(const struct netlink_message *message, struct rtnl_link *out)
{
	struct cursor body = message->body;
	struct rtnl_link link = { 0 };
	struct netlink_attribute attribute;
	struct ifinfomsg info;
	const uint8_t *bytes = cursor_bytes(&body, sizeof(info));
	bool has_mac = false;

	if (message->type != RTM_NEWLINK && message->type != RTM_DELLINK)
		return -ENOMSG;
	if (!bytes)
		return -EBADMSG;
	memcpy(&info, bytes, sizeof(info));
	/* a bridge tells of its ports in the same words */
	if (info.ifi_family != AF_UNSPEC)
		return -ENOMSG;
	link.index = info.ifi_index;
	link.is_gone = message->type == RTM_DELLINK;
	link.is_loopback = info.ifi_flags & IFF_LOOPBACK;
	link.is_ethernet = info.ifi_type == ARPHRD_ETHER && !(info.ifi_flags & IFF_NOARP);
	/* RUNNING waits for authentication too (RFC 2863 "dormant"), not so LOWER_UP. */
	link.has_carrier = (info.ifi_flags & IFF_UP) && (info.ifi_flags & IFF_RUNNING);
	while (netlink_next_attribute(&body, &attribute)) {
		if (attribute.type == IFLA_IFNAME) {
			copy_name(&attribute, link.name, sizeof(link.name));
		} else if (attribute.type == IFLA_ADDRESS &&
			   attribute.len == sizeof(link.mac)) {
			memcpy(link.mac, attribute.data, sizeof(link.mac));
			has_mac = true;
		} else if (attribute.type == IFLA_MASTER) {
			link.is_ethernet = false;
		}
	}
	if (!link.is_gone && !has_mac) /* wireless events tell a part only */
		return -ENOMSG;
	*out = link;
	return 0;
}

int rtnl_links_request(struct netlink *nl)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct netlink_request request;

	netlink_start(&request, RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info));
	return netlink_send(nl, &request);
}

int rtnl_link_up(struct netlink *nl, int index)
{
	struct ifinfomsg info = {
		.ifi_index = index,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct netlink_request request;

	netlink_start(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	return netlink_call(nl, &request);
}

static void start_address(struct netlink_request *request, uint16_t type, uint16_t flags,
			  int index, const struct rtnl_address *address)
{
	struct ifaddrmsg body = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = address->prefix_len,
		.ifa_index = (uint32_t)index,
	};

	netlink_start(request, type, flags, &body, sizeof(body));
	netlink_put(request, IFA_LOCAL, &address->address_be, 4);
	netlink_put(request, IFA_ADDRESS, &address->address_be, 4);
}

int rtnl_address_set(struct netlink *nl, int index, const struct rtnl_address *address)
{
	uint32_t broadcast_be =
		address->address_be | ~ipv4_netmask_be(address->prefix_len);
	struct ifa_cacheinfo times = {
		.ifa_prefered = address->lifetime_s,
		.ifa_valid = address->lifetime_s,
	};
	struct netlink_request request;

	start_address(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index,
		      address);
	if (address->prefix_len < 31) /* RFC 3021: a pair of machines has no broadcast */
		netlink_put(&request, IFA_BROADCAST, &broadcast_be, 4);
	netlink_put(&request, IFA_CACHEINFO, &times, sizeof(times));
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
	struct rtmsg body = {
		.rtm_family = AF_INET,
		.rtm_dst_len = route->prefix_len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = route->gateway_be ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = route->is_gateway_foreign ? RTNH_F_ONLINK : 0,
	};
	struct netlink_request request;

	netlink_start(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &body,
		      sizeof(body));
	if (route->prefix_len)
		netlink_put(&request, RTA_DST, &route->network_be, 4);
	if (route->gateway_be)
		netlink_put(&request, RTA_GATEWAY, &route->gateway_be, 4);
	netlink_put(&request, RTA_OIF, &index, sizeof(index));
	return netlink_call(nl, &request);
}
