#include "netcfg/settings.h"

#include "lib/str.h"

#include <string.h>

static void set_default_route(struct dhcp4_routes *routes, uint32_t gateway_be)
{
	routes->count = 1;
	routes->rows[0] = (struct dhcp4_route){ .gateway_be = gateway_be };
}

static void add_dns(struct settings *out, const uint32_t *dns_be, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned slot = 0;

		while (slot < NETCFG_NAMESERVERS && out->dns_be[slot] &&
		       out->dns_be[slot] != dns_be[i])
			slot++;
		if (slot < NETCFG_NAMESERVERS)
			out->dns_be[slot] = dns_be[i];
	}
}

static void set_names(struct settings *out, const char *host, const char *domain)
{
	const char *dot = strchr(host, '.');
	size_t len = dot ? (size_t)(dot - host) : strlen(host);

	if (dot && !*domain)
		domain = dot + 1;
	memcpy(out->hostname, host, len); /* both fields have passed the same bounds */
	out->hostname[len] = '\0';
	(void)str_copy(out->domain, sizeof(out->domain), domain);
}

void settings_make(const struct plan *plan, const struct ip_param *row,
		   const struct dhcp4_lease *lease, struct settings *out)
{
	static const struct dhcp4_lease nothing = { .lease_s = DHCP4_FOREVER };

	if (!lease)
		lease = &nothing;
	memset(out, 0, sizeof(*out));
	out->address_be = lease->address_be ? lease->address_be : row->client_be;
	out->prefix_len = lease->address_be ? lease->prefix_len : row->prefix_len;
	out->routes = lease->routes;
	if (lease->router_be && lease->routes.count == 0)
		set_default_route(&out->routes, lease->router_be);
	if (row->gateway_be)
		set_default_route(&out->routes, row->gateway_be);
	add_dns(out, plan->nameserver_be, NETCFG_NAMESERVERS);
	add_dns(out, row->dns_be, IP_PARAM_DNS);
	add_dns(out, lease->dns_be, DHCP4_DNS_MAX);
	out->ntp_be = row->ntp_be ? row->ntp_be : lease->ntp_be;
	out->lease_s = lease->lease_s;
	set_names(out, row->host[0] ? row->host : lease->hostname, lease->domain);
}

uint32_t settings_gateway_be(const struct settings *settings)
{
	for (unsigned i = 0; i < settings->routes.count; i++)
		if (settings->routes.rows[i].prefix_len == 0)
			return settings->routes.rows[i].gateway_be;
	return 0;
}
