/* The sockets of a DHCP client: packets of its own making on the link, as long as there
 * is no address, and ordinary UDP to the server of a lease. */
#ifndef NETCFG_DHCP4_SOCKET_H
#define NETCFG_DHCP4_SOCKET_H

#include "lib/buf.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A packet socket that hears nothing but UDP to port 68 on interface @index. Nonblocking.
 * File descriptor or -errno. */
int dhcp4_socket_open(int index);

/* A UDP socket on port 68 of interface @ifname, to send from; nobody reads it, it only
 * keeps the kernel from answering the server with "port unreachable". File descriptor or
 * -errno. */
int dhcp4_socket_open_udp(const char *ifname);

/* To everyone, from 0.0.0.0 or @source_be. 0 or -errno. */
int dhcp4_socket_broadcast(int fd, int index, uint32_t source_be,
			   const struct buf *message);

/* Through the UDP socket. 0 or -errno. */
int dhcp4_socket_unicast(int fd, uint32_t server_be, const struct buf *message);

/* The payload of the next datagram into @data. Length; -EAGAIN: none; -EBADMSG: dropped
 * one that is not well formed; or -errno. */
ssize_t dhcp4_socket_receive(int fd, uint8_t *data, size_t size);

#endif
