#include "netcfg/inet6_view.h"

#include "netcfg/ndopt.h"

#include "lib/str.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's net/if_inet6.h, part of its interface by IFLA_INET6_FLAGS alone. */
#define IF_RA_RCVD	0x20
#define IF_RA_MANAGED	0x40
#define IF_RA_OTHERCONF 0x80

static const struct ip nobody;

void inet6_view_init(struct inet6_view *view, int index)
{
	*view = (struct inet6_view){ .index = index, .domain_until_ms = INET6_NEVER };
}

static bool read_struct(struct cursor *body, void *out, size_t len)
{
	const uint8_t *bytes = cursor_bytes(body, len);

	if (bytes)
		memcpy(out, bytes, len);
	return bytes;
}

static void read_attribute(const struct netlink_attribute *attribute, void *out,
			   size_t len)
{
	if (attribute->len == len)
		memcpy(out, attribute->data, len);
}

static void read_ip(const struct netlink_attribute *attribute, struct ip *out)
{
	if (attribute->len != sizeof(out->bytes))
		return;
	out->family = IP_V6;
	memcpy(out->bytes, attribute->data, sizeof(out->bytes));
}

static unsigned hear_router(struct inet6_view *view)
{
	unsigned change = view->is_router_heard ? 0 : INET6_FLAGS;

	view->is_router_heard = true;
	return change;
}

/* ---- addresses */

struct seen_address {
	struct ip address;
	uint32_t flags; /* IFA_F_… */
	struct ifa_cacheinfo times;
	uint8_t prefix_len;
	bool is_link_local;
};

static unsigned lose_address(struct inet6_view *view, const struct seen_address *seen)
{
	if (ip_equal(&view->link_local, &seen->address))
		view->link_local = nobody;
	else if (ip_equal(&view->address, &seen->address))
		view->address = nobody;
	else
		return 0;
	return INET6_ADDRESS;
}

static unsigned gain_address(struct inet6_view *view, const struct seen_address *seen)
{
	bool is_new = !view->address.family;

	if (seen->is_link_local) {
		view->link_local = seen->address;
		return INET6_ADDRESS;
	}
	/* A single address is DHCPv6's: routers give networks. */
	if (seen->prefix_len == 128 ||
	    (!is_new && !ip_equal(&view->address, &seen->address)))
		return 0;
	view->address = seen->address;
	view->prefix_len = seen->prefix_len;
	view->lifetime_s = seen->times.ifa_valid;
	return is_new ? INET6_ADDRESS : 0;
}

/* An optimistic address (RFC 4429) may be used while DAD goes on. */
static bool is_usable(uint32_t flags)
{
	return !(flags & IFA_F_TENTATIVE) || (flags & IFA_F_OPTIMISTIC);
}

static unsigned see_address(struct inet6_view *view, struct cursor body, bool is_gone)
{
	struct seen_address seen = { .times = { .ifa_valid = LEASE_FOREVER } };
	struct netlink_attribute attribute;
	struct ifaddrmsg head;
	unsigned change;

	if (!read_struct(&body, &head, sizeof(head)) || head.ifa_family != AF_INET6 ||
	    (int)head.ifa_index != view->index)
		return 0;
	seen.flags = head.ifa_flags;
	seen.prefix_len = head.ifa_prefixlen;
	seen.is_link_local = head.ifa_scope == RT_SCOPE_LINK;
	while (netlink_next_attribute(&body, &attribute)) {
		if (attribute.type == IFA_ADDRESS)
			read_ip(&attribute, &seen.address);
		else if (attribute.type == IFA_FLAGS)
			read_attribute(&attribute, &seen.flags, sizeof(seen.flags));
		else if (attribute.type == IFA_CACHEINFO)
			read_attribute(&attribute, &seen.times, sizeof(seen.times));
	}
	if (!seen.address.family)
		return 0;
	if (seen.flags & IFA_F_DADFAILED) {
		change = lose_address(view, &seen);
		view->taken = seen.address;
		return change | INET6_TAKEN;
	}
	if (is_gone)
		return lose_address(view, &seen);
	return is_usable(seen.flags) ? gain_address(view, &seen) : 0;
}

/* ---- routers */

static unsigned see_route(struct inet6_view *view, struct cursor body, bool is_gone)
{
	struct netlink_attribute attribute;
	struct ip gateway = { 0 };
	struct rtmsg head;
	int index = 0;

	if (!read_struct(&body, &head, sizeof(head)) || head.rtm_family != AF_INET6 ||
	    head.rtm_dst_len != 0 || head.rtm_protocol != RTPROT_RA)
		return 0;
	while (netlink_next_attribute(&body, &attribute)) {
		if (attribute.type == RTA_GATEWAY)
			read_ip(&attribute, &gateway);
		else if (attribute.type == RTA_OIF)
			read_attribute(&attribute, &index, sizeof(index));
	}
	if (!gateway.family || index != view->index)
		return 0;
	if (ip_equal(&view->gateway, &gateway) != is_gone)
		return 0;
	view->gateway = is_gone ? nobody : gateway;
	return INET6_OPTIONS | hear_router(view);
}

static void read_inet6_flags(const struct netlink_attribute *info, uint32_t *flags)
{
	struct cursor body = cursor_over(info->data, info->len);
	struct netlink_attribute attribute;

	while (netlink_next_attribute(&body, &attribute))
		if (attribute.type == IFLA_INET6_FLAGS)
			read_attribute(&attribute, flags, sizeof(*flags));
}

static unsigned see_flags(struct inet6_view *view, struct cursor body)
{
	struct netlink_attribute attribute;
	struct ifinfomsg head;
	uint32_t flags = 0;
	bool is_managed, is_other;

	if (!read_struct(&body, &head, sizeof(head)) || head.ifi_family != AF_INET6 ||
	    head.ifi_index != view->index)
		return 0;
	while (netlink_next_attribute(&body, &attribute))
		if (attribute.type == IFLA_PROTINFO)
			read_inet6_flags(&attribute, &flags);
	is_managed = flags & IF_RA_MANAGED;
	is_other = flags & IF_RA_OTHERCONF;
	if (is_managed || is_other || (flags & IF_RA_RCVD))
		view->is_router_heard = true;
	if (view->is_managed == is_managed && view->is_other == is_other)
		return 0;
	view->is_managed = is_managed;
	view->is_other = is_other;
	return INET6_FLAGS;
}

static unsigned see_prefix(struct inet6_view *view, struct cursor body)
{
	struct prefixmsg head;

	if (!read_struct(&body, &head, sizeof(head)) ||
	    head.prefix_ifindex != view->index)
		return 0;
	return hear_router(view);
}

static uint64_t end_ms(uint32_t lifetime_s, uint64_t now_ms)
{
	return lifetime_s == LEASE_FOREVER ? INET6_NEVER
					   : now_ms + (uint64_t)lifetime_s * 1000;
}

/* The slot of a server, or else a free one, or NULL. */
static struct inet6_dns *find_dns(struct inet6_view *view, const struct ip *address)
{
	struct inet6_dns *unused = NULL;

	for (unsigned i = 0; i < LEASE_DNS_MAX; i++) {
		struct inet6_dns *dns = &view->dns[i];

		if (ip_equal(&dns->address, address))
			return dns;
		if (!dns->address.family && !unused)
			unused = dns;
	}
	return unused;
}

static unsigned take_dns(struct inet6_view *view, const struct ndopt *option,
			 uint64_t now_ms)
{
	unsigned change = 0;

	for (unsigned i = 0; i < option->dns_count; i++) {
		struct inet6_dns *dns = find_dns(view, &option->dns[i]);
		bool is_known = dns && dns->address.family;

		if (!dns || (!is_known && !option->lifetime_s))
			continue;
		if (!is_known || !option->lifetime_s)
			change = INET6_OPTIONS;
		dns->address = option->lifetime_s ? option->dns[i] : nobody;
		dns->until_ms = end_ms(option->lifetime_s, now_ms);
	}
	return change;
}

static unsigned take_domain(struct inet6_view *view, const struct ndopt *option,
			    uint64_t now_ms)
{
	const char *domain = option->lifetime_s ? option->domain : "";
	bool is_same = str_equal(view->domain, domain);

	(void)str_copy(view->domain, sizeof(view->domain), domain); /* same size */
	view->domain_until_ms =
		*domain ? end_ms(option->lifetime_s, now_ms) : INET6_NEVER;
	return is_same ? 0 : INET6_OPTIONS;
}

static unsigned see_option(struct inet6_view *view, struct cursor body, uint64_t now_ms)
{
	struct nduseroptmsg head;
	struct ndopt option;
	const uint8_t *bytes;

	if (!read_struct(&body, &head, sizeof(head)) ||
	    head.nduseropt_family != AF_INET6 || head.nduseropt_ifindex != view->index)
		return 0;
	bytes = cursor_bytes(&body, head.nduseropt_opts_len);
	if (!bytes || ndopt_parse(bytes, head.nduseropt_opts_len, &option))
		return 0;
	return hear_router(view) |
	       (option.type == NDOPT_RDNSS ? take_dns(view, &option, now_ms)
					   : take_domain(view, &option, now_ms));
}

unsigned inet6_view_message(struct inet6_view *view,
			    const struct netlink_message *message, uint64_t now_ms)
{
	switch (message->type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return see_address(view, message->body, message->type == RTM_DELADDR);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return see_route(view, message->body, message->type == RTM_DELROUTE);
	case RTM_NEWLINK:
		return see_flags(view, message->body);
	case RTM_NEWPREFIX:
		return see_prefix(view, message->body);
	case RTM_NEWNDUSEROPT:
		return see_option(view, message->body, now_ms);
	default:
		return 0;
	}
}

/* ---- time, and what it all comes to */

unsigned inet6_view_expire(struct inet6_view *view, uint64_t now_ms)
{
	unsigned change = 0;

	for (unsigned i = 0; i < LEASE_DNS_MAX; i++) {
		struct inet6_dns *dns = &view->dns[i];

		if (!dns->address.family || dns->until_ms > now_ms)
			continue;
		dns->address = nobody;
		change = INET6_OPTIONS;
	}
	if (view->domain_until_ms <= now_ms) {
		view->domain[0] = '\0';
		view->domain_until_ms = INET6_NEVER;
		change = INET6_OPTIONS;
	}
	return change;
}

uint64_t inet6_view_wake_ms(const struct inet6_view *view)
{
	uint64_t wake_ms = view->domain_until_ms;

	for (unsigned i = 0; i < LEASE_DNS_MAX; i++)
		if (view->dns[i].address.family && view->dns[i].until_ms < wake_ms)
			wake_ms = view->dns[i].until_ms;
	return wake_ms;
}

bool inet6_view_has_dns(const struct inet6_view *view)
{
	for (unsigned i = 0; i < LEASE_DNS_MAX; i++)
		if (view->dns[i].address.family)
			return true;
	return false;
}

void inet6_view_lease(const struct inet6_view *view, struct lease *out)
{
	unsigned count = 0;

	memset(out, 0, sizeof(*out));
	out->address = view->address;
	out->prefix_len = view->prefix_len;
	out->lease_s = view->lifetime_s;
	out->server = view->gateway;
	if (view->gateway.family)
		out->routes[out->route_count++].gateway = view->gateway;
	for (unsigned i = 0; i < LEASE_DNS_MAX; i++)
		if (view->dns[i].address.family)
			out->dns[count++] = view->dns[i].address;
	(void)str_copy(out->domain, sizeof(out->domain), view->domain); /* same size */
}
