#include "netcfg/links.h"

#include "netcfg/report.h"
#include "netcfg/rtnl_link.h"

#include "lib/buf.h"
#include "lib/kconfig.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define MISSING_S 60u /* until an interface that is named is said to be missing */

static struct link *find_link(struct links *links, int index)
{
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index == index)
			return &links->rows[i];
	return NULL;
}

static void raise_loopback(struct links *links, const struct rtnl_link *seen)
{
	int err = seen->is_up ? 0 : rtnl_link_up(links->context.requests, seen->index);

	if (err)
		log_err("%s: link up: %s", seen->name, strerror(-err));
}

static void remove_link(struct links *links, struct link *link)
{
	if (IS_ENABLED(CONFIG_NETCFG_DEVICE))
		device_forget(&links->devices, links->context.plan, link->seen.name);
	link_remove(link, &links->context);
}

static struct link *add_link(struct links *links, const struct rtnl_link *seen)
{
	struct link *link = find_link(links, 0);

	if (link)
		link_add(link, seen);
	else
		log_warning("%s: ignored: more than %u interfaces", seen->name,
			    LINKS_MAX);
	return link;
}

static void see_link(struct links *links, const struct rtnl_link *seen)
{
	struct link *link = find_link(links, seen->index);

	if (seen->is_loopback && !seen->is_gone) {
		raise_loopback(links, seen);
		return;
	}
	if (seen->is_gone || !seen->is_ethernet) {
		if (link)
			remove_link(links, link);
		return;
	}
	if (!link)
		link = add_link(links, seen);
	if (!link)
		return;
	link->is_port = seen->master || (IS_ENABLED(CONFIG_NETCFG_DEVICE) &&
					 device_is_port(links->context.plan, seen->name));
	link_update(link, &links->context, seen);
}

void links_message(struct links *links, const struct netlink_message *message,
		   uint64_t now_ms)
{
	struct rtnl_link seen;

	if (rtnl_link_parse(message, &seen) == 0)
		see_link(links, &seen);
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index)
			(void)link_message(&links->rows[i], &links->context, message,
					   now_ms); /* links_pursue() follows */
}

static void see_listed(void *ctx, const struct netlink_message *message)
{
	links_message(ctx, message, ((struct links *)ctx)->listed_ms);
}

int links_list(struct links *links, uint64_t now_ms)
{
	struct netlink_request request;
	int err;

	links->listed_ms = now_ms;
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index)
			link_resync(&links->rows[i], now_ms);

	rtnl_dump_request(&request, RTM_GETLINK);
	err = netlink_dump(links->context.lists, &request, see_listed, links);
	if (err)
		return err;
	rtnl_dump_request(&request, RTM_GETADDR);
	return netlink_dump(links->context.lists, &request, see_listed, links);
}

/* What the kernel set before us, of one interface. */
struct before {
	struct links *links;
	int index; /* 0: none */
	struct lease lease;
};

static void see_address_before(void *ctx, const struct netlink_message *message)
{
	struct before *before = ctx;
	struct rtnl_address_seen seen;
	struct link *link;

	if (rtnl_address_parse(message, &seen))
		return;
	link = find_link(before->links, seen.index);
	if (link && seen.is_ours && seen.address.family == IP_V4)
		link->last_be = ip_to_v4_be(&seen.address);
	if (before->index || seen.is_ours || !seen.is_global || !seen.is_permanent)
		return;
	if (!link || link->is_kernels)
		return;
	before->index = seen.index;
	before->lease.address = seen.address;
	before->lease.prefix_len = seen.prefix_len;
	before->lease.lease_s = LEASE_FOREVER;
}

static void see_route_before(void *ctx, const struct netlink_message *message)
{
	struct before *before = ctx;
	struct lease *lease = &before->lease;
	struct rtnl_route_seen seen;

	if (rtnl_route_parse(message, &seen) || !seen.is_main ||
	    seen.index != before->index || !seen.gateway.family ||
	    lease->route_count == LEASE_ROUTES_MAX)
		return;
	lease->routes[lease->route_count++] = (struct lease_route){
		.network = seen.network,
		.gateway = seen.gateway,
		.prefix_len = seen.prefix_len,
	};
}

/* False: there is no other. */
static bool take_over_one(struct links *links, const struct lease *boot_lease)
{
	struct before before = { .links = links, .lease = *boot_lease };
	struct netlink_request request;
	int err;

	rtnl_dump_request(&request, RTM_GETADDR);
	err = netlink_dump(links->context.lists, &request, see_address_before, &before);
	if (err || !before.index)
		return false;
	rtnl_dump_request(&request, RTM_GETROUTE);
	err = netlink_dump(links->context.lists, &request, see_route_before, &before);
	if (err)
		log_warning("routes: %s", strerror(-err));
	link_take_over(find_link(links, before.index), &links->context, &before.lease);
	return true;
}

int links_start(struct links *links, const struct lease *boot_lease, uint64_t now_ms)
{
	int err;

	links->started_ms = now_ms;
	err = links_list(links, now_ms);
	while (!err && take_over_one(links, boot_lease))
		;
	return err;
}

/* The link that has what @link asks for, or NULL. */
static const struct link *find_winner(const struct links *links, const struct link *link)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *other = &links->rows[i];

		if (other != link && other->seen.index && other->rows == link->rows &&
		    link_is_configured(other))
			return other;
	}
	return NULL;
}

void links_pursue(struct links *links, uint64_t now_ms)
{
	char text[128];
	struct buf losers = BUF_OVER(text);
	const char *winner_name = "";

	if (IS_ENABLED(CONFIG_NETCFG_DEVICE))
		device_pursue(&links->devices, links->rows, LINKS_MAX, &links->context);
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *link = &links->rows[i];
		const struct link *winner;

		if (!link->seen.index || !link->rows)
			continue;
		winner = link_is_configured(link) ? NULL : find_winner(links, link);
		if (!winner) {
			link_pursue(link, &links->context, now_ms);
		} else if (link_yield(link, &links->context, now_ms)) {
			buf_printf(&losers, " %s", link->seen.name);
			winner_name = winner->seen.name;
		}
	}
	if (losers.len)
		log_info("%s serves; down again:%s", winner_name, losers.data);
}

static uint64_t missing_deadline_ms(const struct links *links)
{
	uint32_t seconds = links->context.request->timeout_iflink_s;

	if (links->is_missing_said)
		return LINK_NEVER;
	return links->started_ms + (seconds ? seconds : MISSING_S) * 1000ull;
}

static bool has_name(const struct links *links, const char *name)
{
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index &&
		    str_equal(links->rows[i].seen.name, name))
			return true;
	return false;
}

static void say_missing(struct links *links, const char *name)
{
	struct netcfg_report report = report_start(NETCFG_FAILED, NULL);

	if (!*name || has_name(links, name))
		return;
	log_err("%s: no such interface", name);
	report.err = -ENODEV;
	/* same size */
	(void)str_copy(report.ifname, sizeof(report.ifname), name);
	report_send(links->context.report_fd, &report);
}

static void check_missing(struct links *links, uint64_t now_ms)
{
	const struct plan *plan = links->context.plan;

	if (now_ms < missing_deadline_ms(links))
		return;
	links->is_missing_said = true;
	for (unsigned i = 0; i < plan->row_count; i++)
		say_missing(links, plan->rows[i].device);
	for (unsigned i = 0; i < plan->vlan_count; i++)
		say_missing(links, plan->vlans[i].parent);
}

bool links_timers(struct links *links, uint64_t now_ms)
{
	bool is_news = false;

	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (links->rows[i].seen.index)
			is_news |= link_timer(&links->rows[i], &links->context, now_ms);
	check_missing(links, now_ms);
	return is_news;
}

uint64_t links_wake_ms(const struct links *links)
{
	uint64_t wake_ms = missing_deadline_ms(links);

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *link = &links->rows[i];
		uint64_t link_ms = link->seen.index ? link_wake_ms(link, &links->context)
						    : LINK_NEVER;

		if (link_ms < wake_ms)
			wake_ms = link_ms;
	}
	return wake_ms;
}
