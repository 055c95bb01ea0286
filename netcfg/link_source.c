#include "netcfg/link_source.h"

#include "netcfg/report.h"
#include "netcfg/rtnl_link.h"
#include "netcfg/settings.h"

#include "lib/log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define MTU_MIN 576u /* RFC 791: what every host takes; less is no help to a boot */

const struct ip_param *link_row(const struct link *link, const struct plan *plan,
				unsigned methods)
{
	for (unsigned i = 0; i < plan->row_count; i++)
		if (link->rows & 1u << i && plan->rows[i].methods & methods)
			return &plan->rows[i];
	return NULL;
}

static const struct ip_param *source_row(const struct link *link, const struct plan *plan,
					 unsigned source)
{
	if (source < NETCFG_IP_MAX)
		return &plan->rows[source];
	if (source == LINK_DHCP4)
		return link_row(link, plan, IP_METHOD_DHCP4);
	return link_row(link, plan, IP_METHOD_AUTO6 | IP_METHOD_DHCP6 | IP_METHOD_LINK6);
}

static enum netcfg_method method(unsigned source)
{
	static const enum netcfg_method methods[] = {
		[LINK_DHCP4] = NETCFG_DHCP4,
		[LINK_ROUTER] = NETCFG_RA,
		[LINK_DHCP6] = NETCFG_DHCP6,
	};

	return source < NETCFG_IP_MAX ? NETCFG_STATIC : methods[source];
}

/* With IPv6 routes come by routers, to the kernel. */
static bool has_kernels_routes(unsigned source)
{
	return source == LINK_ROUTER || source == LINK_DHCP6;
}

static void report_settings(const struct link *link, const struct link_context *context,
			    unsigned source, const struct lease *settings)
{
	struct netcfg_report report = report_start(NETCFG_CONFIGURED, &link->seen);

	report.method = method(source);
	report.lease = *settings;
	report_send(context->report_fd, &report);
}

static int set_address(struct link *link, const struct link_context *context,
		       unsigned source, const struct lease *settings)
{
	struct link_source *s = &link->sources[source];
	struct rtnl_address address = {
		.address = settings->address,
		.peer = source_row(link, context->plan, source)->peer,
		.prefix_len = settings->prefix_len,
		.lifetime_s = settings->lease_s,
		.is_optimistic = source == LINK_DHCP6,
	};
	bool is_same = ip_equal(&s->address.address, &address.address) &&
		       s->address.prefix_len == address.prefix_len;
	int err;

	if (source >= NETCFG_IP_MAX)
		memset(&address.peer, 0, sizeof(address.peer));
	/* may have expired by itself */
	if (s->address.address.family && !is_same)
		(void)rtnl_address_remove(context->requests, link->seen.index,
					  &s->address);
	err = rtnl_address_set(context->requests, link->seen.index, &address);
	if (err)
		return err;
	if (!is_same || s->state != LINK_HELD)
		s->state = address.address.family == IP_V6 ? LINK_PROBING : LINK_HELD;
	s->address = address;
	return 0;
}

/* A route that cannot be set is said and left out: the rest may still reach the root. */
static void set_route(const struct link *link, const struct link_context *context,
		      unsigned source, const struct lease *settings,
		      const struct lease_route *lease_route)
{
	struct rtnl_route route = {
		.route = lease_route,
		.protocol = source < NETCFG_IP_MAX ? RTPROT_STATIC : RTPROT_DHCP,
		.rank = (unsigned)__builtin_ctz(link->rows),
		.is_gateway_foreign =
			settings_is_foreign(settings, &link->sources[source].address.peer,
					    &lease_route->gateway),
	};
	int err = rtnl_route_set(context->requests, link->seen.index, &route);
	char network[IP_TEXT_SIZE];

	if (err)
		log_err("%s: route to %s/%u: %s", link->seen.name,
			ip_format(network, &lease_route->network),
			lease_route->prefix_len, strerror(-err));
}

static void set_routes(const struct link *link, const struct link_context *context,
		       unsigned source, const struct lease *settings,
		       const struct lease *lease)
{
	for (unsigned i = 0; i < settings->route_count; i++)
		if (!has_kernels_routes(source) ||
		    !settings_has_route(lease, &settings->routes[i]))
			set_route(link, context, source, settings, &settings->routes[i]);
}

static void set_mtu(struct link *link, const struct link_context *context, uint32_t mtu)
{
	int err;

	if (mtu < MTU_MIN || mtu == link->seen.mtu)
		return;
	err = rtnl_link_set_mtu(context->requests, link->seen.index, mtu);
	if (err)
		log_warning("%s: MTU %u: %s", link->seen.name, mtu, strerror(-err));
	else
		link->seen.mtu = mtu;
}

static void fail(struct link *link, const struct link_context *context, unsigned source,
		 const struct lease *settings, int err)
{
	char address[IP_TEXT_SIZE];

	log_err("%s: %s: %s", link->seen.name, ip_format(address, &settings->address),
		strerror(-err));
	link->sources[source].state = LINK_FAILED;
	report_failure(context->report_fd, &link->seen, err);
}

void link_source_set(struct link *link, const struct link_context *context,
		     unsigned source, const struct lease *lease)
{
	struct link_source *s = &link->sources[source];
	struct lease settings;
	int err = 0;

	settings_make(context->plan, source_row(link, context->plan, source),
		      link->seen.name, lease, &settings);
	if (settings.address.family && source != LINK_ROUTER)
		err = set_address(link, context, source, &settings);
	else
		s->state = LINK_HELD;
	if (err) {
		fail(link, context, source, &settings, err);
		return;
	}
	set_mtu(link, context, settings.mtu);
	set_routes(link, context, source, &settings, lease);
	if (s->state != LINK_HELD) { /* link_source_see() goes on */
		link->probed = settings;
		return;
	}
	report_settings(link, context, source, &settings);
}

void link_source_drop(struct link *link, const struct link_context *context,
		      unsigned source, int err)
{
	struct link_source *s = &link->sources[source];
	bool is_lost = s->state == LINK_HELD || s->state == LINK_PROBING;
	struct netcfg_report report = report_start(NETCFG_FAILED, &link->seen);

	if (s->address.address.family) /* may have expired by itself */
		(void)rtnl_address_remove(context->requests, link->seen.index,
					  &s->address);
	memset(s, 0, sizeof(*s));
	if (!is_lost || !err)
		return;
	log_err("%s: lease lost", link->seen.name);
	report.method = method(source);
	report.err = err;
	report_send(context->report_fd, &report);
}

static void see_free(struct link *link, const struct link_context *context,
		     unsigned source)
{
	struct lease settings = link->probed;

	link->sources[source].state = LINK_HELD;
	if (source < NETCFG_IP_MAX)
		settings_make(context->plan, source_row(link, context->plan, source),
			      link->seen.name, NULL, &settings);
	report_settings(link, context, source, &settings);
}

static void see_taken(struct link *link, const struct link_context *context,
		      unsigned source)
{
	struct link_source *s = &link->sources[source];
	char address[IP_TEXT_SIZE];

	log_err("%s: %s: another machine has this address", link->seen.name,
		ip_format(address, &s->address.address));
	(void)rtnl_address_remove(context->requests, link->seen.index, &s->address);
	memset(s, 0, sizeof(*s));
	s->state = LINK_FAILED;
	report_failure(context->report_fd, &link->seen, -EADDRINUSE);
}

bool link_source_see(struct link *link, const struct link_context *context,
		     const struct rtnl_address_seen *seen)
{
	for (unsigned i = 0; i < LINK_SOURCES; i++) {
		struct link_source *s = &link->sources[i];

		if (!s->address.address.family || seen->is_gone ||
		    !ip_equal(&s->address.address, &seen->address))
			continue;
		if (seen->is_taken && i < NETCFG_IP_MAX) /* DHCP has to decline */
			see_taken(link, context, i);
		else if (s->state == LINK_PROBING && !seen->is_tentative)
			see_free(link, context, i);
		else
			continue;
		return true;
	}
	return false;
}
