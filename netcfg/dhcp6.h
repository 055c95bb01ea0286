/* The DHCPv6 client of one interface: the state machine with its socket and its clock. */
#ifndef NETCFG_DHCP6_H
#define NETCFG_DHCP6_H

#include "netcfg/dhcp6_fsm.h"

#include <stdbool.h>
#include <stdint.h>

struct dhcp6_client {
	struct dhcp6_fsm fsm; /* fsm.lease is what DHCP6_APPLY and DHCP6_DROP are about */
	int fd;		      /* to wait for input on; -1 when stopped */
	bool is_stateless;

	/* private */
	int index;
	const char *ifname; /* borrowed */
	struct dhcp6_client_id id;
	uint16_t refusal; /* the last status, said once */
};

/* Identity only: a client that is stopped. */
void dhcp6_client_init(struct dhcp6_client *client, int index, const char *ifname,
		       const uint8_t mac[6]);

/* The interface has a link-local address that may be used. @is_stateless: options alone. The first
 * message goes out with the first dhcp6_client_timer(). 0 or -errno. */
int dhcp6_client_start(struct dhcp6_client *client, bool is_stateless, uint64_t now_ms);
void dhcp6_client_stop(struct dhcp6_client *client);

/* Call each when its time, client->fsm.wake_ms, has come and when @fd is readable. They send what
 * is to be sent and return DHCP6_APPLY and DHCP6_DROP for the caller to do. */
unsigned dhcp6_client_timer(struct dhcp6_client *client, uint64_t now_ms);
unsigned dhcp6_client_input(struct dhcp6_client *client, uint64_t now_ms);

/* Another machine has the address of the lease. */
unsigned dhcp6_client_conflict(struct dhcp6_client *client, uint64_t now_ms);

#endif
