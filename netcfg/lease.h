/* What an interface is told to be, by DHCPv4, DHCPv6 or a router: the client of each protocol makes
 * one, link.c sets it and reports it. Strings have passed the checks of hostname.h. */
#ifndef NETCFG_LEASE_H
#define NETCFG_LEASE_H

#include "lib/ip.h"

#include <stdint.h>

#define LEASE_ROUTES_MAX 16
#define LEASE_DNS_MAX	 4
#define LEASE_FOREVER	 UINT32_MAX /* seconds */

struct lease_route {
	struct ip network; /* as the next; prefix_len 0: the default route */
	struct ip gateway; /* none: on the link itself */
	uint8_t prefix_len;
};

/* What a server sent, for whoever knows what it means. */
struct lease_bytes {
	uint8_t len;
	uint8_t bytes[UINT8_MAX];
};

/* What nobody said is 0, "" or an address of no family. */
struct lease {
	struct ip address; /* none: options alone, as stateless DHCPv6 gives them */
	uint8_t prefix_len;
	uint8_t route_count;
	struct lease_route routes[LEASE_ROUTES_MAX]; /* the default route among them */
	struct ip dns[LEASE_DNS_MAX];
	struct ip ntp;
	struct ip server;      /* who gave the lease */
	struct ip boot_server; /* siaddr, option 66 when it is an address */
	uint32_t lease_s;      /* from when the lease was given */
	uint16_t mtu;
	char hostname[64];
	char domain[256];    /* search list, separated by blanks */
	char root_path[256]; /* option 17, root= of DHCPv6's 60; as boot_text.h has it */
	char boot_file[128]; /* option 67, DHCPv6's 59, the same */
	struct lease_bytes vendor;			 /* option 43, as it came */
	struct lease_bytes vendor_class, vendor_options; /* 124, 125: sets of RFC 3925 */
};

#endif
