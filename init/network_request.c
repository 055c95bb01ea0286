#include "init/network_request.h"

#include "lib/log.h"

static unsigned copy(const char *name, const struct config_list *from, const char **to,
		     unsigned max)
{
	for (unsigned i = max; i < from->count; i++)
		log_warning("%s=%s: ignored: more than %u of them", name, from->item[i],
			    max);
	for (unsigned i = 0; i < from->count && i < max; i++)
		to[i] = from->item[i];
	return from->count < max ? from->count : max;
}

static void list(const char *name, const struct config_list *from, struct netcfg_list *to)
{
	to->count = copy(name, from, to->item, NETCFG_LIST_MAX);
}

struct netcfg_request network_request(const struct config *config)
{
	struct netcfg_request request = {
		.bootif = config->bootif ? config->bootif_mac : NULL,
		.timeout_iflink_s = config->timeout_iflink,
		.timeout_carrier_s = config->timeout_carrier,
		.timeout_dhcp_s = config->timeout_dhcp,
		.timeout_ipv6dad_s = config->timeout_ipv6dad,
		.timeout_ipv6auto_s = config->timeout_ipv6auto,
		.arp = config->arp,
		.dhcp_vendor_class = config->dhcp_vendor_class,
		.dhcp_retry = config->dhcp_retry,
		.no_peer_dns = !config->peerdns,
	};

	request.ip_count = copy("ip", &config->ip, request.ip, NETCFG_IP_MAX);
	(void)copy("nameserver", &config->nameserver, request.nameserver,
		   NETCFG_NAMESERVERS);
	list("rd.route", &config->route, &request.route);
	if (IS_ENABLED(CONFIG_NETCFG_DEVICE)) {
		list("vlan", &config->vlan, &request.vlan);
		list("bond", &config->bond, &request.bond);
		list("bridge", &config->bridge, &request.bridge);
		list("ifname", &config->ifname, &request.ifname);
	}
	return request;
}
