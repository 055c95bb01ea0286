#include "netcfg/rtnl_parse.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* The kernel's names end with a NUL and fit. */
static void copy_name(const struct netlink_attribute *attribute, char *name, size_t size)
{
	size_t len = attribute->len < size ? attribute->len : size - 1;

	memcpy(name, attribute->data, len);
	name[len] = '\0';
}

static bool copy_exactly(const struct netlink_attribute *attribute, void *out, size_t len)
{
	if (attribute->len != len)
		return false;
	memcpy(out, attribute->data, len);
	return true;
}

static void copy_ip(const struct netlink_attribute *attribute, struct ip *out)
{
	memset(out, 0, sizeof(*out));
	if (attribute->len == 4)
		out->family = IP_V4;
	else if (attribute->len == 16)
		out->family = IP_V6;
	else
		return;
	memcpy(out->bytes, attribute->data, attribute->len);
}

static void read_kind(const struct netlink_attribute *info, struct rtnl_link *out)
{
	struct cursor body = cursor_over(info->data, info->len);
	struct netlink_attribute attribute;

	while (netlink_next_attribute(&body, &attribute))
		if (attribute.type == IFLA_INFO_KIND)
			copy_name(&attribute, out->kind, sizeof(out->kind));
}

/* False: nothing that says what the link is. */
static bool read_link(struct cursor *body, struct rtnl_link *out)
{
	struct netlink_attribute attribute;
	bool has_mac = false, has_card_mac = false;

	while (netlink_next_attribute(body, &attribute)) {
		switch (attribute.type) {
		case IFLA_IFNAME:
			copy_name(&attribute, out->name, sizeof(out->name));
			break;
		case IFLA_ADDRESS:
			has_mac |= copy_exactly(&attribute, out->mac, sizeof(out->mac));
			break;
		case IFLA_PERM_ADDRESS:
			has_card_mac |= copy_exactly(&attribute, out->card_mac,
						     sizeof(out->card_mac));
			break;
		case IFLA_MASTER:
			(void)copy_exactly(&attribute, &out->master, sizeof(out->master));
			break;
		case IFLA_MTU:
			(void)copy_exactly(&attribute, &out->mtu, sizeof(out->mtu));
			break;
		case IFLA_LINKINFO:
			read_kind(&attribute, out);
			break;
		}
	}
	if (!has_card_mac)
		memcpy(out->card_mac, out->mac, sizeof(out->mac));
	return has_mac;
}

int rtnl_link_parse(const struct netlink_message *message, struct rtnl_link *out)
{
	struct cursor body = message->body;
	struct rtnl_link link = { 0 };
	struct ifinfomsg info;
	const uint8_t *bytes = cursor_bytes(&body, sizeof(info));

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
	link.is_up = info.ifi_flags & IFF_UP;
	/* RUNNING would say the same, up to a second later: the kernel spares its listeners
	 * (net/core/link_watch.c). DORMANT waits for authentication (RFC 2863). */
	link.has_carrier = link.is_up && (info.ifi_flags & IFF_LOWER_UP) &&
			   !(info.ifi_flags & IFF_DORMANT);
	if (!read_link(&body, &link) && !link.is_gone)
		return -ENOMSG; /* wireless events tell a part only */
	*out = link;
	return 0;
}

static uint32_t read_address(struct cursor *body, uint32_t flags,
			     struct rtnl_address_seen *out)
{
	struct netlink_attribute attribute;
	uint8_t protocol = 0;
	bool has_local = false;

	while (netlink_next_attribute(body, &attribute)) {
		switch (attribute.type) {
		case IFA_LOCAL: /* beside it, ADDRESS is the other end of the link */
			copy_ip(&attribute, &out->address);
			has_local = true;
			break;
		case IFA_ADDRESS:
			if (!has_local)
				copy_ip(&attribute, &out->address);
			break;
		case IFA_FLAGS: /* all of them, where the header has room for eight */
			(void)copy_exactly(&attribute, &flags, sizeof(flags));
			break;
		case IFA_PROTO:
			(void)copy_exactly(&attribute, &protocol, sizeof(protocol));
			break;
		}
	}
	out->is_ours = protocol == RTNL_PROTOCOL;
	return flags;
}

int rtnl_address_parse(const struct netlink_message *message,
		       struct rtnl_address_seen *out)
{
	struct cursor body = message->body;
	struct rtnl_address_seen seen = { 0 };
	struct ifaddrmsg head;
	const uint8_t *bytes = cursor_bytes(&body, sizeof(head));
	uint32_t flags;

	if (message->type != RTM_NEWADDR && message->type != RTM_DELADDR)
		return -ENOMSG;
	if (!bytes)
		return -EBADMSG;
	memcpy(&head, bytes, sizeof(head));
	flags = read_address(&body, head.ifa_flags, &seen);
	if (!seen.address.family)
		return -ENOMSG;
	seen.index = (int)head.ifa_index;
	seen.prefix_len = head.ifa_prefixlen;
	seen.is_gone = message->type == RTM_DELADDR;
	seen.is_global = head.ifa_scope == RT_SCOPE_UNIVERSE;
	seen.is_permanent = flags & IFA_F_PERMANENT;
	seen.is_tentative = (flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC);
	seen.is_taken = flags & IFA_F_DADFAILED;
	*out = seen;
	return 0;
}

int rtnl_route_parse(const struct netlink_message *message, struct rtnl_route_seen *out)
{
	struct cursor body = message->body;
	struct rtnl_route_seen seen = { 0 };
	struct netlink_attribute attribute;
	struct rtmsg head;
	const uint8_t *bytes = cursor_bytes(&body, sizeof(head));

	if (message->type != RTM_NEWROUTE)
		return -ENOMSG;
	if (!bytes)
		return -EBADMSG;
	memcpy(&head, bytes, sizeof(head));
	seen.prefix_len = head.rtm_dst_len;
	seen.is_main = head.rtm_table == RT_TABLE_MAIN && head.rtm_type == RTN_UNICAST;
	while (netlink_next_attribute(&body, &attribute)) {
		if (attribute.type == RTA_DST)
			copy_ip(&attribute, &seen.network);
		else if (attribute.type == RTA_GATEWAY)
			copy_ip(&attribute, &seen.gateway);
		else if (attribute.type == RTA_OIF)
			(void)copy_exactly(&attribute, &seen.index, sizeof(seen.index));
	}
	*out = seen;
	return 0;
}
