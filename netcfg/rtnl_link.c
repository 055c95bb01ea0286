#include "netcfg/rtnl_link.h"

#include "lib/klibc.h"
#include "netcfg/bond_options.h"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

static int set_flags(struct netlink *nl, int index, unsigned flags)
{
	struct ifinfomsg info = {
		.ifi_index = index,
		.ifi_flags = flags,
		.ifi_change = IFF_UP,
	};
	struct netlink_request request;

	netlink_start(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	return netlink_call(nl, &request);
}

int rtnl_link_up(struct netlink *nl, int index)
{
	return set_flags(nl, index, IFF_UP);
}

int rtnl_link_down(struct netlink *nl, int index)
{
	return set_flags(nl, index, 0);
}

static int set(struct netlink *nl, int index, uint16_t type, const void *data, size_t len)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct netlink_request request;

	netlink_start(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	netlink_put(&request, type, data, len);
	return netlink_call(nl, &request);
}

int rtnl_link_set_mtu(struct netlink *nl, int index, uint32_t mtu)
{
	return set(nl, index, IFLA_MTU, &mtu, sizeof(mtu));
}

int rtnl_link_set_mac(struct netlink *nl, int index, const uint8_t mac[6])
{
	return set(nl, index, IFLA_ADDRESS, mac, 6);
}

int rtnl_link_set_name(struct netlink *nl, int index, const char *name)
{
	return set(nl, index, IFLA_IFNAME, name, strlen(name) + 1);
}

int rtnl_link_set_master(struct netlink *nl, int index, int master)
{
	return set(nl, index, IFLA_MASTER, &master, sizeof(master));
}

/* The start of a request that makes a device, or changes it: its two nests are left open. */
struct making {
	struct netlink_request request;
	size_t info, data;
};

static void start_making(struct making *m, int index, const char *name, const char *kind)
{
	struct ifinfomsg info = { .ifi_index = index };

	netlink_start(&m->request, RTM_NEWLINK, index ? 0 : NLM_F_CREATE, &info,
		      sizeof(info));
	if (name)
		netlink_put_string(&m->request, IFLA_IFNAME, name);
	m->info = netlink_nest_start(&m->request, IFLA_LINKINFO);
	netlink_put_string(&m->request, IFLA_INFO_KIND, kind);
	m->data = netlink_nest_start(&m->request, IFLA_INFO_DATA);
}

static void end_nests(struct making *m)
{
	netlink_nest_end(&m->request, m->data);
	netlink_nest_end(&m->request, m->info);
}

int rtnl_bond_set_primary(struct netlink *nl, int index, int port)
{
	struct making m;

	start_making(&m, index, NULL, "bond");
	netlink_put(&m.request, IFLA_BOND_PRIMARY, &port, sizeof(port));
	end_nests(&m);
	return netlink_call(nl, &m.request);
}

int rtnl_vlan_make(struct netlink *nl, const struct iface_vlan *vlan, int parent)
{
	struct making m;

	start_making(&m, 0, vlan->name, "vlan");
	netlink_put(&m.request, IFLA_VLAN_ID, &vlan->id, sizeof(vlan->id));
	end_nests(&m);
	netlink_put(&m.request, IFLA_LINK, &parent, sizeof(parent));
	return netlink_call(nl, &m.request);
}

int rtnl_bridge_make(struct netlink *nl, const struct iface_bridge *bridge)
{
	uint32_t off = 0;
	struct making m;

	start_making(&m, 0, bridge->name, "bridge");
	netlink_put(&m.request, IFLA_BR_FORWARD_DELAY, &off, sizeof(off));
	netlink_put(&m.request, IFLA_BR_STP_STATE, &off, sizeof(off));
	end_nests(&m);
	return netlink_call(nl, &m.request);
}

int rtnl_bond_make(struct netlink *nl, const struct iface_bond *bond, const char **bad)
{
	struct making m;
	int err;

	start_making(&m, 0, bond->name, "bond");
	err = bond_options_put(bond->options, &m.request, bad);
	if (err)
		return err;
	end_nests(&m);
	if (bond->mtu)
		netlink_put(&m.request, IFLA_MTU, &bond->mtu, sizeof(bond->mtu));
	return netlink_call(nl, &m.request);
}
