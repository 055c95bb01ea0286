#include "netcfg/inet6_solicit.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdint.h>

/* Nothing in it depends on who sends it: without an address there is no link-layer option. */
static const uint8_t packet[] = {
	0x60, 0, 0, 0, 0, 8, 58, 255, /* 8 bytes of ICMPv6, hop limit 255 */
	0,    0, 0, 0, 0, 0, 0,	 0,   /* from :: */
	0,    0, 0, 0, 0, 0, 0,	 0,   0xff, 2, 0,    0,	   0, 0, 0, 0, /* to ff02::2 */
	0,    0, 0, 0, 0, 0, 0,	 2,   133,  0, 0x7b, 0xb8, /* router solicitation, checksum */
	0,    0, 0, 0,					   /* reserved */
};

int inet6_solicit(int index)
{
	fd_auto int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = index,
		.sll_halen = ETH_ALEN,
		.sll_addr = { 0x33, 0x33, 0, 0, 0, 2 }, /* RFC 2464, 7 */
	};

	if (fd < 0 || sendto(fd, packet, sizeof(packet), 0, (const struct sockaddr *)&to,
			     sizeof(to)) < 0)
		return -errno;
	return 0;
}
