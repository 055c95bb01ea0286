/* The socket of a DHCPv6 client. */
#ifndef NETCFG_DHCP6_SOCKET_H
#define NETCFG_DHCP6_SOCKET_H

#include "lib/buf.h"
#include "lib/ip.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* UDP on port 546 of interface @ifname, which needs a link-local address. Nonblocking. File
 * descriptor or -errno. */
int dhcp6_socket_open(const char *ifname);

/* To all servers and relays on the link of interface @index. 0 or -errno; -EADDRNOTAVAIL: no
 * address to send from yet. */
int dhcp6_socket_send(int fd, int index, const struct buf *message);

/* The next datagram into @data, cut to @size, and who sent it. Length or -errno; -EAGAIN: none. */
ssize_t dhcp6_socket_receive(int fd, uint8_t *data, size_t size, struct ip *from);

#endif
