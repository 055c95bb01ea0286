#include "netcfg/plan_list.h"

#include <errno.h>

/* The parsers of iface_param.h, for the table below. */
#define ADAPT(noun)                                                             \
	static const char *parse_##noun(const char *value, void *out)           \
	{                                                                       \
		return iface_##noun##_parse(value, (struct iface_##noun *)out); \
	}

ADAPT(vlan)
ADAPT(bond)
ADAPT(bridge)
ADAPT(name)

static const struct plan_list lists[] = {
	PLAN_LIST("vlan", vlan, parse_vlan, vlans, vlan_count),
	PLAN_LIST("bond", bond, parse_bond, bonds, bond_count),
	PLAN_LIST("bridge", bridge, parse_bridge, bridges, bridge_count),
	PLAN_LIST("ifname", ifname, parse_name, names, name_count),
};

int plan_devices_add(const struct netcfg_request *request, struct plan *plan)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (plan_list_add(&lists[i], request, plan))
			err = -EINVAL;
	return err;
}
