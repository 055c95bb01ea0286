/* Links, addresses and routes of the kernel. Functions return 0 or -errno. */
#ifndef NETCFG_RTNL_H
#define NETCFG_RTNL_H

#include "lib/netlink.h"

#include <stdbool.h>
#include <stdint.h>

#define RTNL_LINK_GROUP 1 /* RTMGRP_LINK */
#define RTNL_FOREVER	UINT32_MAX

struct rtnl_link {
	int index;
	char name[16];
	uint8_t mac[6];
	bool is_ethernet; /* with ARP, and no port of a bridge or bond */
	bool is_loopback;
	bool is_gone;
	bool has_carrier;
};

struct rtnl_address {
	uint32_t address_be;
	uint8_t prefix_len;
	uint32_t lifetime_s; /* the kernel removes it then; RTNL_FOREVER: never */
};

struct rtnl_route {
	uint32_t network_be;
	uint8_t prefix_len;	 /* 0: the default route */
	uint32_t gateway_be;	 /* 0: on the link itself */
	bool is_gateway_foreign; /* in no network of this link, yet behind it */
};

/* 0; -ENOMSG: about something else; -EBADMSG. @out is written only on success. */
int rtnl_link_parse(const struct netlink_message *message, struct rtnl_link *out);

/* Asks for every link there is; the answers come as events do, by netlink_receive(). */
int rtnl_links_request(struct netlink *nl);

int rtnl_link_up(struct netlink *nl, int index);

/* Sets, or prolongs if it is there. */
int rtnl_address_set(struct netlink *nl, int index, const struct rtnl_address *address);
/* With the address go the routes that the kernel made for it, and those through its
 * network. */
int rtnl_address_remove(struct netlink *nl, int index,
			const struct rtnl_address *address);
int rtnl_route_set(struct netlink *nl, int index, const struct rtnl_route *route);

#endif
