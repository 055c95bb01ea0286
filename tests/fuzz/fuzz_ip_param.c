#include "netcfg/hostname.h"
#include "netcfg/iface_param.h"
#include "netcfg/ip_param.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_param(const struct ip_param *param)
{
	check(!param->host[0] || hostname_is_valid(param->host, strlen(param->host)));
	check(!param->device[0] || iface_name_is_valid(param->device));
	check(!(param->methods & IP_METHOD_STATIC) ||
	      (ip_is_host(&param->client) && param->prefix_len > 0 &&
	       param->prefix_len <= 8 * ip_size(&param->client)));
	check(param->client_id_len <= sizeof(param->client_id));
}

static void check_interfaces(const char *text)
{
	struct iface_vlan vlan;
	struct iface_bond bond;
	struct iface_bridge bridge;
	struct iface_name name;
	struct iface_route route;
	uint8_t mac[6];

	if (!iface_vlan_parse(text, &vlan))
		check(iface_name_is_valid(vlan.name) &&
		      iface_name_is_valid(vlan.parent) && vlan.id > 0 && vlan.id < 4095);
	if (!iface_bond_parse(text, &bond))
		check(bond.slave_count > 0 && bond.slave_count <= IFACE_PORTS_MAX);
	if (!iface_bridge_parse(text, &bridge))
		check(bridge.port_count > 0 && bridge.port_count <= IFACE_PORTS_MAX);
	if (!iface_name_parse(text, &name))
		check(iface_name_is_valid(name.name));
	if (!iface_route_parse(text, &route))
		check(route.route.prefix_len <= 8 * ip_size(&route.route.network));
	(void)iface_bootif_parse(text, mac);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct ip_param_error error = { NULL, NULL, "" };
	struct ip_param param;

	memcpy(text, data, size);
	text[size] = '\0';
	if (ip_param_parse(text, &param, &error))
		check(error.field && error.reason);
	else
		check_param(&param);
	check_interfaces(text);
	free(text);
	return 0;
}
