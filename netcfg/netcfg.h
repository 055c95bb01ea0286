/* The network worker: brings links up, configures them as ip= says, keeps leases renewed.
 *
 * It runs in a child forked by PID 1 and tells PID 1 what it did in datagrams of one
 * fixed size; it reads nothing from PID 1 but one enum netcfg_command, perhaps, and the end of file
 * that tells it to go. */
#ifndef NETCFG_NETCFG_H
#define NETCFG_NETCFG_H

#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

#define NETCFG_IP_MAX	   8
#define NETCFG_LIST_MAX	   8
#define NETCFG_NAMESERVERS LEASE_DNS_MAX

/* A key that may be given more than once. */
struct netcfg_list {
	const char *item[NETCFG_LIST_MAX];
	unsigned count;
};

/* Strings of the command line, borrowed while the worker runs. NULL, 0: not given. Times as in
 * dracut.cmdline(7), rd.net.timeout.*. */
struct netcfg_request {
	const char *ip[NETCFG_IP_MAX]; /* each ip=; with none, DHCP on every interface */
	unsigned ip_count;
	const char *bootif;
	const char *nameserver[NETCFG_NAMESERVERS];
	struct netcfg_list vlan, bond, bridge, ifname, route;
	uint32_t timeout_iflink_s;  /* until an interface that is named is there */
	uint32_t timeout_carrier_s; /* until it has its carrier */
	uint32_t timeout_dhcp_s;    /* until a DHCP server has answered */
	uint32_t timeout_ipv6dad_s; /* until the link-local address is known to be free */
	uint32_t timeout_ipv6auto_s;   /* until a router has answered */
	uint32_t arp;		       /* enum dhcp4_arp */
	const char *dhcp_vendor_class; /* option 60 */
	uint32_t dhcp_retry; /* rd.net.dhcp.retry=: @timeout_dhcp_s so many times */
	bool no_peer_dns;    /* rd.peerdns=0: name servers of the command line alone */
};

enum netcfg_report_kind {
	NETCFG_LINK_UP = 1, /* carrier: @ifname and @mac */
	NETCFG_CONFIGURED,  /* @lease is set on @ifname; also when it was renewed */
	NETCFG_FAILED, /* @err; @ifname is "" when the request itself is wrong; with a @method
			     * what that had set is set no more */
	NETCFG_STATE, /* @state of @ifname is another than before */
};

/* What an interface that is to have an address waits for. */
enum netcfg_state {
	NETCFG_DOWN = 1,   /* nothing: gone, put down, or another one serves */
	NETCFG_NO_CARRIER, /* a cable, a switch */
	NETCFG_ASKING,	   /* the answer of a DHCP server or a router */
	NETCFG_PROBING,	   /* that nobody else says it has the address */
	NETCFG_READY,	   /* nothing: configured */
};

/* Who gave what is set. */
enum netcfg_method {
	NETCFG_STATIC = 1, /* the command line */
	NETCFG_DHCP4,
	NETCFG_RA, /* SLAAC */
	NETCFG_DHCP6,
	NETCFG_KERNEL, /* IP_PNP: it was there before us */
};

/* An interface has at most one of each method and family. */
struct netcfg_report {
	uint32_t kind;
	uint32_t method; /* enum netcfg_method; 0: of the interface itself */
	uint32_t state;	 /* enum netcfg_state, with NETCFG_STATE */
	char ifname[16];
	uint8_t mac[6];
	int32_t err; /* 0 or -errno */
	struct lease lease;
};

/* A uint32_t that PID 1 may send before it says that it is done with the worker. */
enum netcfg_command {
	NETCFG_HOLD =
		1, /* the root is behind the network: what is set shall never expire */
	NETCFG_PUT_DOWN, /* nobody needs it: put down what was raised */
};

/* Runs until @fd, one end of a SOCK_SEQPACKET pair, reports end of file. Returns the exit
 * status. A wrong ip= is logged, reported as NETCFG_FAILED and left out; interfaces may
 * appear at any time. Keeps no privilege but CAP_NET_ADMIN, _RAW and _BIND_SERVICE. */
int netcfg_worker(int fd, const struct netcfg_request *request);

#endif
