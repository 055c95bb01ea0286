/* The DHCP client of one interface: the state machine with its sockets and its clock. */
#ifndef NETCFG_DHCP4_H
#define NETCFG_DHCP4_H

#include "netcfg/dhcp4_fsm.h"

#include <stdbool.h>
#include <stdint.h>

struct dhcp4_client {
	struct dhcp4_fsm fsm;
	int fd; /* to wait for input on; -1 when stopped */

	/* private */
	int udp_fd;
	int index;
	uint8_t mac[6];
	const char *ifname;   /* borrowed, as @hostname */
	const char *hostname; /* to tell the server, may be "" */
};

/* Identity only: a client that is stopped. */
void dhcp4_client_init(struct dhcp4_client *client, int index, const char *ifname,
		       const uint8_t mac[6], const char *hostname);

/* 0 or -errno; the first message goes out with the first dhcp4_client_timer(). */
int dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms);
void dhcp4_client_stop(struct dhcp4_client *client);

/* Call each when its time, client->fsm.wake_ms, has come and when @fd is readable. Sends
 * what is to be sent; returns DHCP4_APPLY and DHCP4_DROP for the caller to do. */
unsigned dhcp4_client_timer(struct dhcp4_client *client, uint64_t now_ms);
unsigned dhcp4_client_input(struct dhcp4_client *client, uint64_t now_ms);

/* Holds a lease, maybe one that is about to be renewed. */
bool dhcp4_client_has_lease(const struct dhcp4_client *client);

#endif
