/* What the command line wants for each interface that appears.
 *
 * Each ip= is one row and configures one interface: the one it names, else the one of
 * BOOTIF=, else the first that gets an address. An interface may have several rows. */
#ifndef NETCFG_PLAN_H
#define NETCFG_PLAN_H

#include "netcfg/iface_param.h"
#include "netcfg/ip_param.h"
#include "netcfg/netcfg.h"

#include <stdbool.h>
#include <stdint.h>

#define PLAN_VLANS_MAX	 4
#define PLAN_BONDS_MAX	 4
#define PLAN_BRIDGES_MAX 4
#define PLAN_NAMES_MAX	 8
#define PLAN_ROUTES_MAX	 8

struct plan {
	struct ip_param rows[NETCFG_IP_MAX];
	struct iface_vlan vlans[PLAN_VLANS_MAX];
	struct iface_bond bonds[PLAN_BONDS_MAX];
	struct iface_bridge bridges[PLAN_BRIDGES_MAX];
	struct iface_name names[PLAN_NAMES_MAX];
	struct iface_route routes[PLAN_ROUTES_MAX];
	struct ip nameservers[NETCFG_NAMESERVERS]; /* of nameserver=; from the first on */
	unsigned row_count, vlan_count, bond_count, bridge_count, name_count, route_count,
		nameserver_count;
	bool has_bootif;
	uint8_t bootif[6];
	bool ignores_peer_dns;
};

/* Logs each string that is wrong and leaves it out. 0, or -EINVAL when there was one;
 * @out is usable either way, but may have no row. */
int plan_make(const struct netcfg_request *request, struct plan *out);

/* The rows for an interface whose hardware has the address @mac, bit 0 the first: those that name
 * it, else those that name none, if it may be any one. */
uint8_t plan_rows(const struct plan *plan, const char *ifname, const uint8_t mac[6]);

#endif
