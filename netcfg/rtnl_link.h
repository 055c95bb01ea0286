/* Links of the kernel: raised, put down, changed, made. Functions return 0 or the kernel's -errno. */
#ifndef NETCFG_RTNL_LINK_H
#define NETCFG_RTNL_LINK_H

#include "lib/netlink.h"
#include "netcfg/iface_param.h"

#include <stdbool.h>
#include <stdint.h>

int rtnl_link_up(struct netlink *nl, int index);
/* The kernel takes the routes and IPv6 addresses of the link with it. */
int rtnl_link_down(struct netlink *nl, int index);

int rtnl_link_set_mtu(struct netlink *nl, int index, uint32_t mtu);
int rtnl_link_set_mac(struct netlink *nl, int index, const uint8_t mac[6]);
int rtnl_link_set_name(struct netlink *nl, int index, const char *name);
/* A port of a bond has to be down for it. */
int rtnl_link_set_master(struct netlink *nl, int index, int master);

/* @port is the one a bond in mode active-backup prefers. */
int rtnl_bond_set_primary(struct netlink *nl, int index, int port);

/* Each makes the device, which is down, or changes the one that has this name and kind. The kernel
 * asks for the module of the kind; -EOPNOTSUPP: it got none.
 *
 * A bridge forwards at once: without STP and its delay. A bond looks at its ports every 100 ms
 * unless its options say how; -EINVAL with @bad set to the first word (not NUL-terminated) when
 * one of them is wrong. */
int rtnl_vlan_make(struct netlink *nl, const struct iface_vlan *vlan, int parent);
int rtnl_bridge_make(struct netlink *nl, const struct iface_bridge *bridge);
int rtnl_bond_make(struct netlink *nl, const struct iface_bond *bond, const char **bad);

#endif
