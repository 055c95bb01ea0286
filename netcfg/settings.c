#include "netcfg/settings.h"

#include "lib/str.h"

#include <string.h>

static void add_route(struct lease *out, const struct lease_route *route)
{
	if (out->route_count < LEASE_ROUTES_MAX)
		out->routes[out->route_count++] = *route;
}

static void drop_default_routes(struct lease *out)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < out->route_count; i++)
		if (out->routes[i].prefix_len)
			out->routes[kept++] = out->routes[i];
	out->route_count = (uint8_t)kept;
}

static void set_gateway(struct lease *out, const struct ip *gateway)
{
	struct lease_route route = { .gateway = *gateway };

	if (!gateway->family || gateway->family != out->address.family)
		return;
	drop_default_routes(out);
	add_route(out, &route);
}

/* A route without a device goes where its gateway is, else to the first ip=. */
static bool is_route_for(const struct iface_route *route, const char *ifname,
			 const struct lease *settings, bool is_first)
{
	const struct ip *gateway = &route->route.gateway;
	uint8_t family = gateway->family ? gateway->family : route->route.network.family;

	if (family != settings->address.family)
		return false;
	if (route->device[0])
		return str_equal(route->device, ifname);
	return is_first ||
	       ip_same_network(gateway, &settings->address, settings->prefix_len);
}

static void add_routes(const struct plan *plan, const struct ip_param *row,
		       const char *ifname, struct lease *out)
{
	for (unsigned i = 0; i < plan->route_count; i++)
		if (is_route_for(&plan->routes[i], ifname, out, row == plan->rows))
			add_route(out, &plan->routes[i].route);
}

static void add_dns(struct ip *dns, const struct ip *from, unsigned count)
{
	for (unsigned i = 0; i < count && from[i].family; i++) {
		unsigned slot = 0;

		while (slot < LEASE_DNS_MAX && dns[slot].family &&
		       !ip_equal(&dns[slot], &from[i]))
			slot++;
		if (slot < LEASE_DNS_MAX)
			dns[slot] = from[i];
	}
}

static void set_dns(const struct plan *plan, const struct ip_param *row,
		    struct lease *out)
{
	struct ip dns[LEASE_DNS_MAX] = { 0 };

	add_dns(dns, plan->nameservers, NETCFG_NAMESERVERS);
	add_dns(dns, row->dns, IP_PARAM_DNS);
	if (!plan->ignores_peer_dns)
		add_dns(dns, out->dns, LEASE_DNS_MAX);
	memcpy(out->dns, dns, sizeof(dns));
}

static void set_names(const char *host, struct lease *out)
{
	const char *dot = strchr(host, '.');
	char name[sizeof(out->hostname)];

	/* both fields have passed the same bounds */
	(void)str_copy(name, sizeof(name), host);
	if (dot) {
		name[dot - host] = '\0';
		if (!*out->domain)
			(void)str_copy(out->domain, sizeof(out->domain), dot + 1);
	}
	(void)str_copy(out->hostname, sizeof(out->hostname), name);
}

void settings_make(const struct plan *plan, const struct ip_param *row,
		   const char *ifname, const struct lease *lease, struct lease *out)
{
	if (lease) {
		*out = *lease;
	} else {
		memset(out, 0, sizeof(*out));
		out->address = row->client;
		out->prefix_len = row->prefix_len;
		out->lease_s = LEASE_FOREVER;
	}
	set_gateway(out, &row->gateway);
	add_routes(plan, row, ifname, out);
	set_dns(plan, row, out);
	if (row->ntp.family)
		out->ntp = row->ntp;
	if (row->server.family)
		out->boot_server = row->server;
	if (row->mtu)
		out->mtu = row->mtu;
	set_names(row->host[0] ? row->host : out->hostname, out);
}

struct ip settings_gateway(const struct lease *settings)
{
	for (unsigned i = 0; i < settings->route_count && i < LEASE_ROUTES_MAX; i++)
		if (settings->routes[i].prefix_len == 0)
			return settings->routes[i].gateway;
	return (struct ip){ 0 };
}

bool settings_is_foreign(const struct lease *settings, const struct ip *peer,
			 const struct ip *gateway)
{
	const struct ip *near = peer->family ? peer : &settings->address;

	if (!gateway->family || ip_is_link_local(gateway))
		return false;
	return !ip_same_network(gateway, near, settings->prefix_len);
}

bool settings_has_route(const struct lease *settings, const struct lease_route *route)
{
	for (unsigned i = 0; i < settings->route_count; i++)
		if (memcmp(&settings->routes[i], route, sizeof(*route)) == 0)
			return true;
	return false;
}
