#include "netcfg/inet6.h"

#include "netcfg/inet6_solicit.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* When either6 stops waiting for a router that gives addresses: RTR_SOLICITATION_INTERVAL of RFC
 * 4861, 10, so that one solicitation may have been lost. */
#define PATIENCE_MS 4000
/* How long an address waits for the name servers that stateless DHCPv6 is about to give. */
#define HOLD_MS 1000

/* Of our own solicitations, after the first: a link that has just come up loses packets often
 * enough. The kernel sends its own from the second on. */
static const uint16_t solicit_pauses_ms[] = { 500, 1500 };

#define SOLICITS_MAX (1 + sizeof(solicit_pauses_ms) / sizeof(solicit_pauses_ms[0]))

uint32_t inet6_groups(void)
{
	return RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_IPV6_IFINFO |
	       RTMGRP_IPV6_PREFIX | 1u << (RTNLGRP_ND_USEROPT - 1);
}

void inet6_init(struct inet6 *inet6, int index, const char *ifname, const uint8_t mac[6],
		enum inet6_mode mode)
{
	memset(inet6, 0, sizeof(*inet6));
	inet6->fd = -1;
	inet6->wake_ms = INET6_NEVER;
	inet6->index = index;
	inet6->ifname = ifname;
	inet6->mode = mode;
	inet6_view_init(&inet6->view, index);
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6))
		dhcp6_client_init(&inet6->dhcp, index, ifname, mac);
}

/* ---- what is to be told */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t if_ahead(uint64_t time_ms, uint64_t now_ms)
{
	return time_ms > now_ms ? time_ms : INET6_NEVER;
}

static void set_wake(struct inet6 *inet6, uint64_t now_ms)
{
	uint64_t wake_ms = inet6_view_wake_ms(&inet6->view);

	wake_ms = earlier(wake_ms, inet6->solicit_ms);
	wake_ms = earlier(wake_ms, if_ahead(inet6->patience_ms, now_ms));
	wake_ms = earlier(wake_ms, if_ahead(inet6->hold_ms, now_ms));
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6))
		wake_ms = earlier(wake_ms, inet6->dhcp.fsm.wake_ms);
	inet6->wake_ms = wake_ms;
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6))
		inet6->fd = inet6->dhcp.fd;
}

/* An address without name servers is of little use when theirs is a round trip away. */
static bool is_held_back(struct inet6 *inet6, uint64_t now_ms)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP6) || inet6_view_has_dns(&inet6->view) ||
	    !inet6->view.is_other || inet6->dhcp.fsm.state == DHCP6_INFORMED ||
	    inet6->is_told)
		return false;
	if (inet6->hold_ms == INET6_NEVER)
		inet6->hold_ms = now_ms + HOLD_MS;
	return now_ms < inet6->hold_ms;
}

/* RFC 8106, 5.3.1: what DHCPv6 says goes before what routers say. */
static void put_options_first(struct lease *lease, const struct lease *dhcp)
{
	struct ip routers[LEASE_DNS_MAX];
	unsigned count = 0;

	memcpy(routers, lease->dns, sizeof(routers));
	memcpy(lease->dns, dhcp->dns, sizeof(lease->dns));
	while (count < LEASE_DNS_MAX && lease->dns[count].family)
		count++;
	for (unsigned i = 0; count < LEASE_DNS_MAX && routers[i].family; i++)
		lease->dns[count++] = routers[i];
	if (dhcp->domain[0])
		memcpy(lease->domain, dhcp->domain, sizeof(lease->domain));
	lease->ntp = dhcp->ntp;
	memcpy(lease->root_path, dhcp->root_path, sizeof(lease->root_path));
	memcpy(lease->boot_file, dhcp->boot_file, sizeof(lease->boot_file));
}

/* What holds now. False: nothing, or not yet. */
static bool make_lease(struct inet6 *inet6, struct lease *out, uint64_t now_ms)
{
	const struct lease *dhcp = &inet6->dhcp.fsm.lease;

	inet6_view_lease(&inet6->view, out);
	if (inet6->mode == INET6_LINK) {
		out->address = inet6->view.link_local;
		out->prefix_len = 64;
		out->lease_s = LEASE_FOREVER;
		return out->address.family;
	}
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6) &&
	    (inet6->has_dhcp || inet6->dhcp.fsm.state == DHCP6_INFORMED))
		put_options_first(out, dhcp);
	if (inet6->has_dhcp) {
		out->address = dhcp->address;
		out->prefix_len = dhcp->prefix_len;
		out->lease_s = dhcp->lease_s;
		out->server = dhcp->server;
		return true;
	}
	return inet6->mode != INET6_DHCP && out->address.family &&
	       !is_held_back(inet6, now_ms);
}

static bool is_lost(const struct inet6 *inet6)
{
	const struct ip *address = inet6->mode == INET6_LINK ? &inet6->view.link_local
							     : &inet6->view.address;

	if (!inet6->is_told)
		return false;
	return inet6->is_by_dhcp ? !inet6->has_dhcp
				 : !ip_equal(&inet6->lease.address, address);
}

static unsigned apply(struct inet6 *inet6, uint64_t now_ms)
{
	struct lease now;
	bool is_same = inet6->is_told && !inet6->is_prolonged;

	if (!make_lease(inet6, &now, now_ms))
		return 0;
	if (is_same && ip_equal(&now.address, &inet6->lease.address))
		now.lease_s = inet6->lease.lease_s; /* each advertisement prolongs it */
	if (is_same && memcmp(&now, &inet6->lease, sizeof(now)) == 0)
		return 0;
	inet6->lease = now;
	inet6->is_by_dhcp = inet6->has_dhcp;
	inet6->is_told = true;
	inet6->is_prolonged = false;
	return INET6_APPLY;
}

/* What has become of the lease; what else is to be told follows at once. */
static unsigned tell(struct inet6 *inet6, uint64_t now_ms)
{
	unsigned actions = inet6->has_failed ? INET6_FAILED : 0;

	inet6->has_failed = false;
	if (is_lost(inet6)) {
		inet6->is_told = false;
		inet6->wake_ms = now_ms;
		return actions | INET6_DROP;
	}
	actions |= apply(inet6, now_ms);
	set_wake(inet6, now_ms);
	return actions;
}

/* ---- DHCPv6 */

static void take_dhcp(struct inet6 *inet6, unsigned actions)
{
	if (actions & DHCP6_DROP)
		inet6->has_dhcp = inet6->is_prolonged = false;
	if ((actions & DHCP6_APPLY) && !inet6->dhcp.is_stateless)
		inet6->has_dhcp = inet6->is_prolonged = true;
}

enum wish {
	WISH_NOTHING,
	WISH_OPTIONS,
	WISH_ADDRESS,
};

static enum wish dhcp_wish(const struct inet6 *inet6, uint64_t now_ms)
{
	const struct inet6_view *view = &inet6->view;
	bool is_impatient = inet6->mode == INET6_EITHER && !view->address.family &&
			    now_ms >= inet6->patience_ms;

	if (inet6->mode == INET6_LINK)
		return WISH_NOTHING;
	if (inet6->mode == INET6_DHCP || view->is_managed || is_impatient)
		return WISH_ADDRESS;
	return view->is_other ? WISH_OPTIONS : WISH_NOTHING;
}

static void start_dhcp(struct inet6 *inet6, uint64_t now_ms)
{
	enum wish wish = dhcp_wish(inet6, now_ms);
	bool is_running = inet6->dhcp.fd >= 0;
	int err;

	if (wish == WISH_NOTHING || !inet6->view.link_local.family)
		return;
	if (is_running && (wish == WISH_OPTIONS || !inet6->dhcp.is_stateless))
		return;
	err = dhcp6_client_start(&inet6->dhcp, wish == WISH_OPTIONS, now_ms);
	if (err)
		log_err("%s: dhcp6: %s", inet6->ifname, strerror(-err));
	else
		take_dhcp(inet6, dhcp6_client_timer(&inet6->dhcp, now_ms));
}

/* ---- routers */

static void see_conflict(struct inet6 *inet6, uint64_t now_ms)
{
	const struct ip *taken = &inet6->view.taken;
	char text[IP_TEXT_SIZE];

	log_err("%s: %s: another machine has this address", inet6->ifname,
		ip_format(text, taken));
	inet6->has_failed = true;
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6) && inet6->dhcp.fd >= 0 &&
	    ip_equal(taken, &inet6->dhcp.fsm.lease.address))
		take_dhcp(inet6, dhcp6_client_conflict(&inet6->dhcp, now_ms));
}

static void follow(struct inet6 *inet6, unsigned change, uint64_t now_ms)
{
	if (change & INET6_TAKEN)
		see_conflict(inet6, now_ms);
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6))
		start_dhcp(inet6, now_ms);
}

static void solicit(struct inet6 *inet6, uint64_t now_ms)
{
	int err = inet6_solicit(inet6->index);

	if (err) /* the kernel's own will follow */
		log_debug("%s: router solicitation: %s", inet6->ifname, strerror(-err));
	inet6->solicit_ms = INET6_NEVER;
	if (++inet6->solicit_count < SOLICITS_MAX)
		inet6->solicit_ms = now_ms + solicit_pauses_ms[inet6->solicit_count - 1];
}

/* Now the kernel calls the link ready: before that nothing we sent has left. */
static void solicit_again(struct inet6 *inet6, uint64_t now_ms)
{
	if (inet6->mode == INET6_LINK || inet6->view.is_router_heard)
		return;
	inet6->solicit_count = 0;
	solicit(inet6, now_ms);
}

/* ---- the outside */

static void read_dump(struct inet6 *inet6, struct netlink *nl, uint64_t now_ms)
{
	uint8_t data[NETLINK_RECEIVE_SIZE];
	struct netlink_message message;
	ssize_t len;

	/* the kernel has the answer ready when it took the request */
	while ((len = netlink_receive(nl, data, sizeof(data))) > 0) {
		struct cursor datagram = cursor_over(data, (size_t)len);

		while (cursor_left(&datagram) && netlink_next(&datagram, &message))
			(void)inet6_view_message(&inet6->view, &message, now_ms);
	}
}

void inet6_resync(struct inet6 *inet6, uint64_t now_ms)
{
	static const uint16_t types[] = { RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE };
	struct rtgenmsg body = { .rtgen_family = AF_INET6 };
	struct netlink nl = { .fd = -1 };
	int err = netlink_open(&nl, 0);

	for (size_t i = 0; !err && i < sizeof(types) / sizeof(types[0]); i++) {
		struct netlink_request request;

		netlink_start(&request, types[i], NLM_F_DUMP, &body, sizeof(body));
		err = netlink_send(&nl, &request);
		if (!err)
			read_dump(inet6, &nl, now_ms);
	}
	if (err)
		log_err("%s: addresses: %s", inet6->ifname, strerror(-err));
	fd_close(&nl.fd);
	inet6->wake_ms = now_ms;
}

int inet6_start(struct inet6 *inet6, uint64_t now_ms)
{
	fd_auto int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	inet6->is_running = true;
	inet6->solicit_count = 0;
	inet6->solicit_ms = inet6->mode == INET6_LINK ? INET6_NEVER : now_ms;
	inet6->patience_ms =
		inet6->mode == INET6_EITHER ? now_ms + PATIENCE_MS : INET6_NEVER;
	inet6->hold_ms = INET6_NEVER;
	inet6_resync(inet6, now_ms);
	return 0;
}

void inet6_stop(struct inet6 *inet6)
{
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6))
		dhcp6_client_stop(&inet6->dhcp);
	inet6_view_init(&inet6->view, inet6->index);
	inet6->is_running = false;
	inet6->is_told = inet6->has_dhcp = false;
	inet6->is_prolonged = inet6->has_failed = false;
	inet6->fd = -1;
	inet6->wake_ms = INET6_NEVER;
}

unsigned inet6_message(struct inet6 *inet6, const struct netlink_message *message,
		       uint64_t now_ms)
{
	bool had_link_local = inet6->view.link_local.family;
	unsigned change;

	if (!inet6->is_running)
		return 0;
	change = inet6_view_message(&inet6->view, message, now_ms);
	if (!change)
		return 0;
	/* what went may leave another one in its place */
	if (message->type == RTM_DELADDR || message->type == RTM_DELROUTE)
		inet6_resync(inet6, now_ms);
	if (!had_link_local && inet6->view.link_local.family)
		solicit_again(inet6, now_ms);
	follow(inet6, change, now_ms);
	return tell(inet6, now_ms);
}

unsigned inet6_timer(struct inet6 *inet6, uint64_t now_ms)
{
	if (!inet6->is_running)
		return 0;
	if (inet6->solicit_ms <= now_ms && inet6->view.is_router_heard &&
	    inet6->solicit_count)
		inet6->solicit_ms = INET6_NEVER;
	if (inet6->solicit_ms <= now_ms)
		solicit(inet6, now_ms);
	if (IS_ENABLED(CONFIG_NETCFG_DHCP6) && inet6->dhcp.fsm.wake_ms <= now_ms)
		take_dhcp(inet6, dhcp6_client_timer(&inet6->dhcp, now_ms));
	follow(inet6, inet6_view_expire(&inet6->view, now_ms), now_ms);
	return tell(inet6, now_ms);
}

unsigned inet6_input(struct inet6 *inet6, uint64_t now_ms)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP6) || inet6->dhcp.fd < 0)
		return 0;
	take_dhcp(inet6, dhcp6_client_input(&inet6->dhcp, now_ms));
	follow(inet6, 0, now_ms);
	return tell(inet6, now_ms);
}
