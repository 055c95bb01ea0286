/* The DHCP client of one interface: the state machine with its sockets and its clock. */
#ifndef NETCFG_DHCP4_H
#define NETCFG_DHCP4_H

#include "netcfg/dhcp4_fsm.h"
#include "netcfg/lease.h"

#include <stdbool.h>
#include <stdint.h>

struct dhcp4_client {
	/* For the caller to change between init and start. */
	struct dhcp4_identity identity; /* its strings are borrowed */
	enum dhcp4_arp arp;
	uint32_t last_be; /* an address of old to ask for first (INIT-REBOOT), or 0 */

	struct dhcp4_fsm fsm;
	int fd;		    /* to wait for input on; -1 when stopped */
	struct lease lease; /* what DHCP4_APPLY wants set */

	/* private */
	int udp_fd, arp_fd;
	int index;
	const char *ifname; /* borrowed */
};

/* A client that is stopped; it says the name @hostname if that is not "", the vendor class
 * "rootling" and its MAC for an identifier, and checks by DHCP4_ARP_WATCH. */
void dhcp4_client_init(struct dhcp4_client *client, int index, const char *ifname,
		       const uint8_t mac[6], const char *hostname);

/* 0 or -errno; the first message goes out with the first dhcp4_client_timer(). */
int dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms);
void dhcp4_client_stop(struct dhcp4_client *client);

/* Call each when its time, client->fsm.wake_ms, has come and when @fd is readable. Sends
 * what is to be sent; returns DHCP4_APPLY and DHCP4_DROP for the caller to do. */
unsigned dhcp4_client_timer(struct dhcp4_client *client, uint64_t now_ms);
unsigned dhcp4_client_input(struct dhcp4_client *client, uint64_t now_ms);

#endif
