/* What the command line says of interfaces besides their addresses, in the words of
 * dracut.cmdline(7): vlan= bond= bridge= ifname= rd.route= BOOTIF=. Pure: each parser returns NULL,
 * or what is wrong in static storage, for "vlan=…: REASON"; @out is written only on success. */
#ifndef NETCFG_IFACE_PARAM_H
#define NETCFG_IFACE_PARAM_H

#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

#define IFACE_NAME_SIZE 16 /* IFNAMSIZ */
#define IFACE_PORTS_MAX 8

struct iface_vlan {
	char name[IFACE_NAME_SIZE], parent[IFACE_NAME_SIZE];
	uint16_t id; /* 1 to 4094 */
};

struct iface_bond {
	char name[IFACE_NAME_SIZE];
	char slaves[IFACE_PORTS_MAX][IFACE_NAME_SIZE];
	unsigned slave_count;
	char options
		[128]; /* NAME=VALUE[,NAME=VALUE...]: words as modinfo bonding has them */
	uint32_t mtu;  /* 0: as it is */
};

struct iface_bridge {
	char name[IFACE_NAME_SIZE];
	char ports[IFACE_PORTS_MAX][IFACE_NAME_SIZE];
	unsigned port_count;
};

/* ifname=: what the card with that address is to be called. */
struct iface_name {
	char name[IFACE_NAME_SIZE];
	uint8_t mac[6];
};

struct iface_route {
	struct lease_route route;
	char device
		[IFACE_NAME_SIZE]; /* "": where its gateway is, else any that is configured */
};

/* NAME:PARENT, the identifier is the number NAME ends in (vlan5, vlan0005, eth0.5, eth0.0005). */
const char *iface_vlan_parse(const char *s, struct iface_vlan *out);

/* [NAME[:PORT[,PORT...][:OPTIONS[:MTU]]]]; bond0, eth0,eth1 and balance-rr when left out. */
const char *iface_bond_parse(const char *s, struct iface_bond *out);

/* [NAME:PORT[,PORT...]]; br0:eth0 when left out. */
const char *iface_bridge_parse(const char *s, struct iface_bridge *out);

/* NAME:MAC. */
const char *iface_name_parse(const char *s, struct iface_name *out);

/* NETWORK/LENGTH:[GATEWAY][:DEVICE], IPv6 in brackets. */
const char *iface_route_parse(const char *s, struct iface_route *out);

/* May it be the name of an interface (dev_valid_name() of the kernel, and printable)? */
bool iface_name_is_valid(const char *name);

/* Six bytes in hex with ':' or '-' between, of one machine: neither 0 nor of a group. 0 or -EINVAL. */
int iface_mac_parse(const char *s, uint8_t mac[6]);

/* BOOTIF= as PXELINUX passes it: "01-" for Ethernet, then the address in hex with dashes. The
 * hardware type may be left out and ':' stand for '-'. 0 or -EINVAL. */
int iface_bootif_parse(const char *s, uint8_t mac[6]);

#endif
