/* IPv6 of one interface. The kernel itself talks to routers (RFC 4861) and gives addresses (RFC
 * 4862, with DAD); this follows what it did by rtnetlink, reads the options it hands on (RDNSS and
 * DNSSL of RFC 8106), and is the DHCPv6 client (RFC 8415) where the router or ip= says so. */
#ifndef NETCFG_INET6_H
#define NETCFG_INET6_H

#include "lib/netlink.h"
#include "netcfg/dhcp6.h"
#include "netcfg/inet6_view.h"
#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

/* What ip= wants. */
enum inet6_mode {
	INET6_AUTO,   /* auto6: as the router says, DHCPv6 included */
	INET6_DHCP,   /* dhcp6: DHCPv6, without waiting for the router's word */
	INET6_LINK,   /* link6: nothing but the link-local address */
	INET6_EITHER, /* either6: auto6, and DHCPv6 if no router gives an address in time */
};

/* Results of the functions below. */
enum inet6_action {
	/* @lease is what holds from now on, or has been prolonged. With @is_by_dhcp its address is
	 * for the caller to set; one by SLAAC is set already, and so are all routes: routers give
	 * them, and the kernel takes them. */
	INET6_APPLY = 1,
	/* @lease holds no longer; an address by SLAAC is gone already. */
	INET6_DROP = 2,
	/* Another machine has an address that was to be ours; the log says which. */
	INET6_FAILED = 4,
};

struct inet6 {
	int fd;		  /* to wait for input on; -1: none */
	uint64_t wake_ms; /* INET6_NEVER: never */
	bool is_by_dhcp;  /* the address of @lease is */
	/* While one is held: all that is known, so the name servers may be the router's and the
	 * address DHCPv6's. With addresses by both, it has DHCPv6's. */
	struct lease lease;

	/* private from here on */
	int index;
	const char *ifname; /* borrowed */
	enum inet6_mode mode;
	bool is_running;
	bool is_told;	   /* @lease, to the caller */
	bool has_dhcp;	   /* an address */
	bool is_prolonged; /* to be told */
	bool has_failed;   /* to be told */
	struct inet6_view view;
	struct dhcp6_client dhcp;
	unsigned solicit_count;
	uint64_t solicit_ms, patience_ms, hold_ms;
};

/* Identity only: stopped. */
void inet6_init(struct inet6 *inet6, int index, const char *ifname, const uint8_t mac[6],
		enum inet6_mode mode);

/* The link has its carrier; quick if inet6_conf_prepare() came before that. 0 or -errno; -EAFNOSUPPORT: the kernel has no IPv6. The first thing
 * happens with the first inet6_timer(). */
int inet6_start(struct inet6 *inet6, uint64_t now_ms);
void inet6_stop(struct inet6 *inet6);

/* Each message of rtnetlink (inet6_groups() and any dumps), whatever it is about. Returns a set of
 * enum inet6_action, never APPLY and DROP at once, as the two below. */
unsigned inet6_message(struct inet6 *inet6, const struct netlink_message *message,
		       uint64_t now_ms);
/* When @wake_ms has come, and when @fd is readable. */
unsigned inet6_timer(struct inet6 *inet6, uint64_t now_ms);
unsigned inet6_input(struct inet6 *inet6, uint64_t now_ms);

/* Looks at everything again: the kernel had to drop messages (-ENOBUFS). */
void inet6_resync(struct inet6 *inet6, uint64_t now_ms);

/* RTMGRP_… groups that a netlink socket must hear for inet6_message(). */
uint32_t inet6_groups(void);

#endif
