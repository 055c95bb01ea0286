#include "netcfg/dhcp6_socket.h"

#include "netcfg/dhcp6_packet.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* ff02::1:2, All_DHCP_Relay_Agents_and_Servers */
#define ALL_SERVERS                                               \
	{                                                         \
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2 \
	}

int dhcp6_socket_open(const char *ifname)
{
	fd_auto int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(DHCP6_CLIENT_PORT),
	};
	int on = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname,
		       (socklen_t)strlen(ifname) + 1) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd_take(&fd);
}

int dhcp6_socket_send(int fd, int index, const struct buf *message)
{
	static const uint8_t all_servers[16] = ALL_SERVERS;
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(DHCP6_SERVER_PORT),
		.sin6_scope_id = (uint32_t)index,
	};

	memcpy(&to.sin6_addr, all_servers, sizeof(all_servers));
	if (message->truncated)
		return -EMSGSIZE;
	if (sendto(fd, message->data, message->len, 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

ssize_t dhcp6_socket_receive(int fd, uint8_t *data, size_t size, struct ip *from)
{
	struct sockaddr_in6 address;
	socklen_t address_len = sizeof(address);
	ssize_t len =
		recvfrom(fd, data, size, 0, (struct sockaddr *)&address, &address_len);

	if (len < 0)
		return -errno;
	*from = (struct ip){ .family = IP_V6 };
	memcpy(from->bytes, &address.sin6_addr, sizeof(from->bytes));
	return len;
}
