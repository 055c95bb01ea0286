/* The socket that probes one IPv4 address by ARP and hears who else has it. */
#ifndef NETCFG_ARP_SOCKET_H
#define NETCFG_ARP_SOCKET_H

#include "netcfg/arp_packet.h"

#include <stdbool.h>
#include <stdint.h>

/* On interface @index; hears nothing but what is about @address_be. Nonblocking. File descriptor or
 * -errno. */
int arp_socket_open(int index, uint32_t address_be);

/* To everyone. 0 or -errno. */
int arp_socket_send(int fd, int index, const struct arp_packet *packet);

/* Reads what came so far. True: somebody other than @mac claimed @address_be, in @packet. */
bool arp_socket_is_claimed(int fd, uint32_t address_be, const uint8_t mac[6],
			   struct arp_packet *packet);

#endif
