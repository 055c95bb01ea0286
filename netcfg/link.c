#include "netcfg/link.h"

#include "netcfg/inet6_conf.h"
#include "netcfg/link_source.h"
#include "netcfg/link_state.h"
#include "netcfg/report.h"
#include "netcfg/rtnl_link.h"

#include "lib/kconfig.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define METHODS_INET6 (IP_METHOD_AUTO6 | IP_METHOD_DHCP6 | IP_METHOD_LINK6)

static void stop_dhcp4(struct link *link, const struct link_context *context)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP4))
		return;
	dhcp4_client_stop(&link->dhcp4);
	link_source_drop(link, context, LINK_DHCP4, 0);
}

static void stop_inet6(struct link *link, const struct link_context *context)
{
	if (!IS_ENABLED(CONFIG_NETCFG_IPV6))
		return;
	inet6_stop(&link->inet6);
	link_source_drop(link, context, LINK_ROUTER, 0);
	link_source_drop(link, context, LINK_DHCP6, 0);
}

/* Clients that hold nothing: without carrier nobody hears them. */
static void pause_clients(struct link *link, const struct link_context *context)
{
	if (link->sources[LINK_DHCP4].state == LINK_ASKING)
		stop_dhcp4(link, context);
	if (link->sources[LINK_ROUTER].state == LINK_ASKING &&
	    link->sources[LINK_DHCP6].state < LINK_PROBING)
		stop_inet6(link, context);
}

void link_add(struct link *link, const struct rtnl_link *seen)
{
	memset(link, 0, sizeof(*link));
	link->seen = (struct rtnl_link){ .index = seen->index };
	link->dhcp4.fd = link->inet6.fd = -1;
	link->inet6.wake_ms = LINK_NEVER;
	if (IS_ENABLED(CONFIG_NETCFG_DHCP4)) /* so that they can be stopped */
		dhcp4_client_init(&link->dhcp4, seen->index, link->seen.name, seen->mac,
				  "");
	if (IS_ENABLED(CONFIG_NETCFG_IPV6))
		inet6_init(&link->inet6, seen->index, link->seen.name, seen->mac,
			   INET6_AUTO);
}

static void forget_failures(struct link *link)
{
	for (unsigned i = 0; i < LINK_SOURCES; i++)
		if (link->sources[i].state == LINK_FAILED)
			link->sources[i].state = LINK_IDLE;
}

void link_update(struct link *link, const struct link_context *context,
		 const struct rtnl_link *seen)
{
	bool is_connected = seen->has_carrier && !link->seen.has_carrier;
	struct netcfg_report report;

	link->seen = *seen;
	if (!link_is_configured(link) && !link_has_source(link, LINK_ASKING))
		link->rows = link->is_port ? 0
					   : plan_rows(context->plan, seen->name,
						       seen->card_mac);
	if (!is_connected || !link->rows)
		return;
	forget_failures(link);
	log_debug("%s: carrier", seen->name);
	report = report_start(NETCFG_LINK_UP, seen);
	report_send(context->report_fd, &report);
}

void link_remove(struct link *link, const struct link_context *context)
{
	bool was_configured = link_is_configured(link);

	stop_dhcp4(link, context);
	stop_inet6(link, context);
	memset(link->sources, 0, sizeof(link->sources));
	link->is_kernels = link->is_raised = false;
	if (was_configured) {
		log_err("%s: gone", link->seen.name);
		report_failure(context->report_fd, &link->seen, -ENODEV);
	}
	if (link->state)
		link_state_tell(link, context, 0);
	link->seen.index = 0;
}

void link_take_over(struct link *link, const struct link_context *context,
		    const struct lease *lease)
{
	struct netcfg_report report = report_start(NETCFG_CONFIGURED, &link->seen);

	link->is_kernels = true;
	log_info("%s: configured before us", link->seen.name);
	report.method = NETCFG_KERNEL;
	report.lease = *lease;
	report_send(context->report_fd, &report);
}

static bool wants_inet6(const struct link *link, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->row_count; i++)
		if (link->rows & 1u << i && (plan->rows[i].methods & METHODS_INET6 ||
					     plan->rows[i].client.family == IP_V6))
			return true;
	return false;
}

/* What is to be changed on a link that is still down. */
static void prepare(struct link *link, const struct link_context *context)
{
	const struct ip_param *row = link_row(link, context->plan, ~0u);
	int err = 0;

	if (!row)
		return;
	if (row->has_mac && memcmp(row->mac, link->seen.mac, sizeof(row->mac)) != 0)
		err = rtnl_link_set_mac(context->requests, link->seen.index, row->mac);
	if (err)
		log_err("%s: MAC address: %s", link->seen.name, strerror(-err));
	err = 0;
	if (row->mtu && row->mtu != link->seen.mtu)
		err = rtnl_link_set_mtu(context->requests, link->seen.index, row->mtu);
	if (err)
		log_err("%s: MTU %u: %s", link->seen.name, row->mtu, strerror(-err));
	if (IS_ENABLED(CONFIG_NETCFG_IPV6) && wants_inet6(link, context->plan))
		inet6_conf_prepare(context->conf_fd, link->seen.name,
				   !(row->methods & IP_METHOD_LINK6));
}

void link_raise(struct link *link, const struct link_context *context)
{
	int err;

	if (link->is_raised)
		return;
	link->is_raised = true;
	prepare(link, context);
	err = rtnl_link_up(context->requests, link->seen.index);
	if (err) {
		log_err("%s: link up: %s", link->seen.name, strerror(-err));
		report_failure(context->report_fd, &link->seen, err);
	}
}

static int start_dhcp4(struct link *link, const struct link_context *context,
		       const struct ip_param *row, uint64_t now_ms)
{
	struct dhcp4_client *client = &link->dhcp4;
	struct dhcp4_identity *identity = &client->identity;

	if (!IS_ENABLED(CONFIG_NETCFG_DHCP4))
		return -EOPNOTSUPP;
	dhcp4_client_init(client, link->seen.index, link->seen.name, link->seen.mac,
			  row->host);
	client->last_be = link->last_be;
	link->last_be = 0; /* once: with the next carrier it may be another network */
	client->arp = (enum dhcp4_arp)context->request->arp;
	if (context->request->dhcp_vendor_class)
		identity->vendor_class = context->request->dhcp_vendor_class;
	identity->pxe = context->pxe;
	_Static_assert(sizeof(identity->client_id) >= sizeof(row->client_id),
		       "same bounds");
	identity->client_id_len = row->client_id_len;
	memcpy(identity->client_id, row->client_id, row->client_id_len);
	return dhcp4_client_start(client, now_ms);
}

static enum inet6_mode inet6_mode(unsigned methods)
{
	if (methods & IP_METHOD_LINK6)
		return INET6_LINK;
	if (!(methods & IP_METHOD_AUTO6))
		return INET6_DHCP;
	return methods & IP_METHOD_DHCP6 ? INET6_EITHER : INET6_AUTO;
}

static int start_inet6(struct link *link, const struct link_context *context,
		       const struct ip_param *row, uint64_t now_ms)
{
	(void)context;
	if (!IS_ENABLED(CONFIG_NETCFG_IPV6))
		return -EOPNOTSUPP;
	inet6_init(&link->inet6, link->seen.index, link->seen.name, link->seen.mac,
		   inet6_mode(row->methods));
	return inet6_start(&link->inet6, now_ms);
}

static const struct client {
	unsigned source;
	unsigned methods;
	int (*start)(struct link *link, const struct link_context *context,
		     const struct ip_param *row, uint64_t now_ms);
	const char *name;
} clients[] = {
	{ LINK_DHCP4, IP_METHOD_DHCP4, start_dhcp4, "DHCP" },
	{ LINK_ROUTER, METHODS_INET6, start_inet6, "IPv6" },
};

static void start_client(struct link *link, const struct link_context *context,
			 const struct client *client, uint64_t now_ms)
{
	const struct ip_param *row = link_row(link, context->plan, client->methods);
	struct link_source *s = &link->sources[client->source];
	int err;

	if (!row || s->state != LINK_IDLE)
		return;
	err = client->start(link, context, row, now_ms);
	s->state = err ? LINK_FAILED : LINK_ASKING;
	if (!err)
		return;
	log_err("%s: %s: %s", link->seen.name, client->name,
		err == -EOPNOTSUPP ? "/init is configured without it" : strerror(-err));
	report_failure(context->report_fd, &link->seen, err);
}

static void start_sources(struct link *link, const struct link_context *context,
			  uint64_t now_ms)
{
	const struct plan *plan = context->plan;

	for (unsigned i = 0; i < plan->row_count; i++)
		if (link->rows & 1u << i && plan->rows[i].methods & IP_METHOD_STATIC &&
		    link->sources[i].state == LINK_IDLE)
			link_source_set(link, context, i, NULL);
	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++)
		start_client(link, context, &clients[i], now_ms);
}

void link_pursue(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	if (!link_row(link, context->plan, ~0u))
		return;
	if (!link->is_kernels) {
		link_raise(link, context);
		if (link->seen.has_carrier)
			start_sources(link, context, now_ms);
		else
			pause_clients(link, context);
	}
	link_state_tell(link, context, now_ms);
}

bool link_yield(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	bool is_put_down = link->is_raised;

	if (!link->rows)
		return false;
	stop_dhcp4(link, context);
	stop_inet6(link, context);
	for (unsigned i = 0; i < NETCFG_IP_MAX; i++)
		link_source_drop(link, context, i, 0);
	link->is_raised = false;
	if (is_put_down) /* what it cannot do costs nothing but current */
		(void)rtnl_link_down(context->requests, link->seen.index);
	link_state_tell(link, context, now_ms);
	return is_put_down;
}

/* It goes on asking. */
static void lose(struct link *link, const struct link_context *context, unsigned source)
{
	link_source_drop(link, context, source, -EADDRNOTAVAIL);
	if (source != LINK_DHCP6)
		link->sources[source].state = LINK_ASKING;
}

static bool follow_dhcp4(struct link *link, const struct link_context *context,
			 unsigned actions)
{
	if (actions & DHCP4_DROP)
		lose(link, context, LINK_DHCP4);
	if (actions & DHCP4_APPLY)
		link_source_set(link, context, LINK_DHCP4, &link->dhcp4.lease);
	return actions & (DHCP4_DROP | DHCP4_APPLY);
}

static bool follow_inet6(struct link *link, const struct link_context *context,
			 unsigned actions)
{
	unsigned source = link->inet6.is_by_dhcp ? LINK_DHCP6 : LINK_ROUTER;

	if (actions & INET6_DROP)
		lose(link, context, source);
	if (actions & INET6_APPLY)
		link_source_set(link, context, source, &link->inet6.lease);
	if (actions & INET6_FAILED)
		report_failure(context->report_fd, &link->seen, -EADDRINUSE);
	return actions & (INET6_DROP | INET6_APPLY);
}

static bool has_inet6(const struct link *link)
{
	return IS_ENABLED(CONFIG_NETCFG_IPV6) &&
	       link->sources[LINK_ROUTER].state != LINK_IDLE;
}

void link_resync(struct link *link, uint64_t now_ms)
{
	if (has_inet6(link))
		inet6_resync(&link->inet6, now_ms);
}

bool link_message(struct link *link, const struct link_context *context,
		  const struct netlink_message *message, uint64_t now_ms)
{
	struct rtnl_address_seen seen;
	bool is_news = false;

	if (rtnl_address_parse(message, &seen) == 0 && seen.index == link->seen.index)
		is_news = link_source_see(link, context, &seen);
	if (has_inet6(link))
		is_news |= follow_inet6(link, context,
					inet6_message(&link->inet6, message, now_ms));
	return is_news;
}

bool link_timer(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	bool is_news = false;

	if (IS_ENABLED(CONFIG_NETCFG_DHCP4) && link->dhcp4.fd >= 0 &&
	    link->dhcp4.fsm.wake_ms <= now_ms)
		is_news |= follow_dhcp4(link, context,
					dhcp4_client_timer(&link->dhcp4, now_ms));
	if (has_inet6(link) && link->inet6.wake_ms <= now_ms)
		is_news |= follow_inet6(link, context, inet6_timer(&link->inet6, now_ms));
	link_state_check(link, context, now_ms);
	return is_news;
}

bool link_input(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	bool is_news = false;

	if (IS_ENABLED(CONFIG_NETCFG_DHCP4) && link->dhcp4.fd >= 0)
		is_news |= follow_dhcp4(link, context,
					dhcp4_client_input(&link->dhcp4, now_ms));
	if (has_inet6(link) && link->inet6.fd >= 0)
		is_news |= follow_inet6(link, context, inet6_input(&link->inet6, now_ms));
	return is_news;
}

uint64_t link_wake_ms(const struct link *link, const struct link_context *context)
{
	uint64_t wake_ms = link_state_deadline_ms(link, context);

	if (link->inet6.wake_ms < wake_ms)
		wake_ms = link->inet6.wake_ms;
	if (link->dhcp4.fd >= 0 && link->dhcp4.fsm.wake_ms < wake_ms)
		wake_ms = link->dhcp4.fsm.wake_ms;
	return wake_ms;
}
