#include "netcfg/link.h"

#include "netcfg/settings.h"

#include "lib/ipv4.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static void send_report(const struct link_context *context,
			const struct netcfg_report *report)
{
	ssize_t len;

	do
		len = send(context->report_fd, report, sizeof(*report), MSG_NOSIGNAL);
	while (len < 0 && errno == EINTR);
	if (len < 0 && errno != EPIPE) /* without PID 1 the end of file follows */
		log_err("report: %s", strerror(errno));
}

static struct netcfg_report start_report(const struct link *link,
					 enum netcfg_report_kind kind)
{
	struct netcfg_report report = { .kind = kind };

	/* same size */
	(void)str_copy(report.ifname, sizeof(report.ifname), link->seen.name);
	memcpy(report.mac, link->seen.mac, sizeof(report.mac));
	return report;
}

static void report_failure(const struct link *link, const struct link_context *context,
			   int err)
{
	struct netcfg_report report = start_report(link, NETCFG_FAILED);

	report.err = err;
	send_report(context, &report);
}

static void report_settings(const struct link *link, const struct link_context *context,
			    const struct settings *settings)
{
	struct netcfg_report report = start_report(link, NETCFG_CONFIGURED);

	report.address_be = settings->address_be;
	report.prefix_len = settings->prefix_len;
	report.gateway_be = settings_gateway_be(settings);
	memcpy(report.dns_be, settings->dns_be, sizeof(report.dns_be));
	report.ntp_be = settings->ntp_be;
	report.lease_s = settings->lease_s;
	memcpy(report.hostname, settings->hostname, sizeof(report.hostname));
	memcpy(report.domain, settings->domain, sizeof(report.domain));
	send_report(context, &report);
}

static void log_settings(const struct link *link, const struct settings *settings)
{
	uint32_t gateway_be = settings_gateway_be(settings);
	char address[IPV4_TEXT_SIZE], gateway[IPV4_TEXT_SIZE];

	log_info("%s: %s/%u%s%s", link->seen.name,
		 ipv4_format(address, settings->address_be), settings->prefix_len,
		 gateway_be ? " gateway " : "",
		 gateway_be ? ipv4_format(gateway, gateway_be) : "");
}

static int set_address(struct link *link, const struct link_context *context,
		       const struct settings *settings)
{
	struct rtnl_address address = {
		.address_be = settings->address_be,
		.prefix_len = settings->prefix_len,
		.lifetime_s = settings->lease_s,
	};
	bool is_same = link->address.address_be == address.address_be &&
		       link->address.prefix_len == address.prefix_len;
	int err;

	/* may have expired by itself */
	if (link->is_configured && !is_same)
		(void)rtnl_address_remove(context->requests, link->seen.index,
					  &link->address);
	err = rtnl_address_set(context->requests, link->seen.index, &address);
	if (!err)
		link->address = address;
	return err;
}

static bool is_gateway_foreign(const struct settings *settings, uint32_t gateway_be)
{
	uint32_t netmask_be = ipv4_netmask_be(settings->prefix_len);

	return gateway_be && ((gateway_be ^ settings->address_be) & netmask_be);
}

/* A route that cannot be set is said and left out: the rest may still reach the root. */
static void set_routes(const struct link *link, const struct link_context *context,
		       const struct settings *settings)
{
	for (unsigned i = 0; i < settings->routes.count; i++) {
		const struct dhcp4_route *from = &settings->routes.rows[i];
		struct rtnl_route route = {
			.network_be = from->network_be,
			.prefix_len = from->prefix_len,
			.gateway_be = from->gateway_be,
			.is_gateway_foreign =
				is_gateway_foreign(settings, from->gateway_be),
		};
		char network[IPV4_TEXT_SIZE];
		int err = rtnl_route_set(context->requests, link->seen.index, &route);

		if (err)
			log_err("%s: route to %s/%u: %s", link->seen.name,
				ipv4_format(network, route.network_be), route.prefix_len,
				strerror(-err));
	}
}

static void configure(struct link *link, const struct link_context *context,
		      const struct dhcp4_lease *lease)
{
	struct settings settings;
	bool is_news = !link->is_configured;
	int err;

	settings_make(context->plan, link->row, lease, &settings);
	err = set_address(link, context, &settings);
	if (err) {
		log_err("%s: address: %s", link->seen.name, strerror(-err));
		link->has_failed = true;
		report_failure(link, context, err);
		return;
	}
	set_routes(link, context, &settings);
	link->is_configured = true;
	if (is_news)
		log_settings(link, &settings);
	report_settings(link, context, &settings);
}

static void unconfigure(struct link *link, const struct link_context *context)
{
	if (!link->is_configured)
		return;
	(void)rtnl_address_remove(context->requests, link->seen.index, &link->address);
	link->is_configured = false;
	log_err("%s: lease lost", link->seen.name);
	report_failure(link, context, -EADDRNOTAVAIL);
}

void link_add(struct link *link, const struct rtnl_link *seen)
{
	memset(link, 0, sizeof(*link));
	link->seen.index = seen->index;
	link->dhcp.fd = link->dhcp.udp_fd = -1;
}

void link_update(struct link *link, const struct link_context *context,
		 const struct rtnl_link *seen)
{
	bool is_connected = seen->has_carrier && !link->seen.has_carrier;
	struct netcfg_report report;

	link->seen = *seen;
	if (!link->is_configured && link->dhcp.fd < 0)
		link->row = plan_find(context->plan, seen->name, seen->mac);
	if (!is_connected || !link->row)
		return;
	link->has_failed = false;
	log_debug("%s: carrier", seen->name);
	report = start_report(link, NETCFG_LINK_UP);
	send_report(context, &report);
}

void link_remove(struct link *link, const struct link_context *context)
{
	if (IS_ENABLED(CONFIG_NETCFG_DHCP4))
		dhcp4_client_stop(&link->dhcp);
	if (link->is_configured) {
		log_err("%s: gone", link->seen.name);
		report_failure(link, context, -ENODEV);
	}
	link->seen.index = 0;
}

static void start_dhcp(struct link *link, const struct link_context *context,
		       uint64_t now_ms)
{
	int err = -EOPNOTSUPP;

	if (IS_ENABLED(CONFIG_NETCFG_DHCP4)) {
		dhcp4_client_init(&link->dhcp, link->seen.index, link->seen.name,
				  link->seen.mac, link->row->host);
		err = dhcp4_client_start(&link->dhcp, now_ms);
	}
	if (err) {
		log_err("%s: dhcp: %s", link->seen.name, strerror(-err));
		link->has_failed = true;
		report_failure(link, context, err);
	}
}

static void raise_link(struct link *link, const struct link_context *context)
{
	int err = rtnl_link_up(context->requests, link->seen.index);

	link->is_raised = true;
	if (err) {
		log_err("%s: link up: %s", link->seen.name, strerror(-err));
		report_failure(link, context, err);
	}
}

void link_pursue(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	if (!link->row || link->row->method == IP_METHOD_NONE)
		return;
	if (!link->is_raised)
		raise_link(link, context);
	if (!link->seen.has_carrier) {
		link_yield(link);
		return;
	}
	if (link->is_configured || link->has_failed || link->dhcp.fd >= 0)
		return;
	if (link->row->method == IP_METHOD_STATIC)
		configure(link, context, NULL);
	else
		start_dhcp(link, context, now_ms);
}

void link_yield(struct link *link)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP4))
		return;
	if (link->dhcp.fd >= 0 && !dhcp4_client_has_lease(&link->dhcp))
		dhcp4_client_stop(&link->dhcp);
}

static bool follow(struct link *link, const struct link_context *context,
		   unsigned actions)
{
	if (actions & DHCP4_DROP)
		unconfigure(link, context);
	if (actions & DHCP4_APPLY)
		configure(link, context, &link->dhcp.fsm.lease);
	return actions != 0;
}

bool link_timer(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP4))
		return false;
	return follow(link, context, dhcp4_client_timer(&link->dhcp, now_ms));
}

bool link_input(struct link *link, const struct link_context *context, uint64_t now_ms)
{
	if (!IS_ENABLED(CONFIG_NETCFG_DHCP4))
		return false;
	return follow(link, context, dhcp4_client_input(&link->dhcp, now_ms));
}

uint64_t link_wake_ms(const struct link *link)
{
	return link->dhcp.fd >= 0 ? link->dhcp.fsm.wake_ms : DHCP4_NEVER;
}
