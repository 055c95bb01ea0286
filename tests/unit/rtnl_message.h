/* Messages of rtnetlink about IPv6 as the kernel sends them, for tests. */
#ifndef TESTS_RTNL_MESSAGE_H
#define TESTS_RTNL_MESSAGE_H

#include "lib/ip.h"
#include "lib/netlink.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define INDEX 3

static inline struct netlink_message to_message(const struct netlink_request *request)
{
	struct cursor datagram = cursor_over(request->bytes, request->header.nlmsg_len);
	struct netlink_message message;

	if (request->truncated || !netlink_next(&datagram, &message))
		abort();
	return message;
}

static inline void put_address(struct netlink_request *request, uint16_t type,
			       const char *text)
{
	struct ip ip;

	if (ip_parse(text, &ip))
		abort();
	netlink_put(request, type, ip.bytes, ip_size(&ip));
}

static inline void make_address(struct netlink_request *request, uint16_t type,
				const char *text, uint8_t prefix_len, uint32_t flags)
{
	struct ifaddrmsg head = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = prefix_len,
		.ifa_flags = (uint8_t)flags,
		.ifa_scope =
			strncmp(text, "fe80:", 5) ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.ifa_index = INDEX,
	};
	struct ifa_cacheinfo times = { .ifa_valid = 7200, .ifa_prefered = 3600 };

	netlink_start(request, type, 0, &head, sizeof(head));
	put_address(request, IFA_ADDRESS, text);
	netlink_put(request, IFA_CACHEINFO, &times, sizeof(times));
	netlink_put(request, IFA_FLAGS, &flags, sizeof(flags));
}

static inline void make_default_route(struct netlink_request *request, uint16_t type,
				      const char *gateway)
{
	struct rtmsg head = { .rtm_family = AF_INET6,
			      .rtm_table = RT_TABLE_MAIN,
			      .rtm_type = RTN_UNICAST,
			      .rtm_protocol = RTPROT_RA };
	int index = INDEX;

	netlink_start(request, type, 0, &head, sizeof(head));
	put_address(request, RTA_GATEWAY, gateway);
	netlink_put(request, RTA_OIF, &index, sizeof(index));
}

/* @flags: M is 0x40, O is 0x80. */
static inline void make_flags(struct netlink_request *request, uint32_t flags)
{
	struct ifinfomsg head = { .ifi_family = AF_INET6, .ifi_index = INDEX };
	struct nlattr inner = { .nla_len = NLA_HDRLEN + sizeof(flags),
				.nla_type = IFLA_INET6_FLAGS };
	uint8_t nest[NLA_HDRLEN + sizeof(flags)];

	memcpy(nest, &inner, sizeof(inner));
	memcpy(nest + NLA_HDRLEN, &flags, sizeof(flags));
	netlink_start(request, RTM_NEWLINK, 0, &head, sizeof(head));
	netlink_put(request, IFLA_PROTINFO, nest, sizeof(nest));
}

static inline void make_option(struct netlink_request *request, const char *option,
			       size_t len)
{
	struct nduseroptmsg head = { .nduseropt_family = AF_INET6,
				     .nduseropt_opts_len = (uint16_t)len,
				     .nduseropt_ifindex = INDEX };
	uint8_t body[200];

	memcpy(body, &head, sizeof(head));
	memcpy(body + sizeof(head), option, len);
	netlink_start(request, RTM_NEWNDUSEROPT, 0, body, sizeof(head) + len);
}

#endif
