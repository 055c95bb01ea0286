/* What the kernel tells of links, addresses and routes. Pure.
 *
 * Functions return 0; -ENOMSG: about something else; -EBADMSG. @out is written only on success. */
#ifndef NETCFG_RTNL_PARSE_H
#define NETCFG_RTNL_PARSE_H

#include "lib/ip.h"
#include "lib/netlink.h"

#include <stdbool.h>
#include <stdint.h>

/* An address that we set, as the kernel keeps it since 5.18 (IFA_PROTO). */
#define RTNL_PROTOCOL 114

struct rtnl_link {
	int index;
	int master; /* index of the bond or bridge that it is a port of, 0: none */
	uint32_t mtu;
	char name[16];
	char kind[16]; /* of a virtual device: "vlan", "bond"; "" otherwise */
	uint8_t mac[6];
	uint8_t card_mac[6]; /* that of the hardware, as far as the kernel says */
	bool is_ethernet;    /* with ARP */
	bool is_loopback;
	bool is_gone;
	bool is_up; /* we or somebody else raised it */
	bool has_carrier;
};

struct rtnl_address_seen {
	int index;
	struct ip address;
	uint8_t prefix_len;
	bool is_gone;
	bool is_global;	   /* neither of this link nor of this host alone */
	bool is_permanent; /* no lifetime */
	bool is_tentative; /* IPv6: not to be used yet, DAD goes on */
	bool is_taken;	   /* IPv6: another machine has it */
	bool is_ours;
};

struct rtnl_route_seen {
	int index;
	struct ip network; /* none: the default route */
	uint8_t prefix_len;
	struct ip gateway; /* none: on the link itself */
	bool is_main;	   /* of the main table, to one machine */
};

int rtnl_link_parse(const struct netlink_message *message, struct rtnl_link *out);
int rtnl_address_parse(const struct netlink_message *message,
		       struct rtnl_address_seen *out);
int rtnl_route_parse(const struct netlink_message *message, struct rtnl_route_seen *out);

#endif
