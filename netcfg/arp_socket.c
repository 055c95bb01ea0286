#include "netcfg/arp_socket.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>

#define ACCEPT	  0xffffffff
#define READS_MAX 64

/* A segment has ARP about everybody all the time; the queue must not fill with it while nobody
 * reads. Sent by the owner, or by nobody yet about the address; offsets are into the ARP packet. */
static int attach_filter(int fd, uint32_t address_be)
{
	uint32_t address = ntohl(address_be);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, address, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, address, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ACCEPT),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int arp_socket_open(int index, uint32_t address_be)
{
	/* Of no protocol until the filter is there, as in dhcp4_socket_open(). */
	fd_auto int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = index,
	};

	if (fd < 0 || attach_filter(fd, address_be) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd_take(&fd);
}

int arp_socket_send(int fd, int index, const struct arp_packet *packet)
{
	uint8_t data[ARP_PACKET_SIZE];
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = index,
		.sll_halen = ETH_ALEN,
	};

	memset(to.sll_addr, 0xff, ETH_ALEN);
	arp_packet_build(packet, data);
	if (sendto(fd, data, sizeof(data), 0, (const struct sockaddr *)&to, sizeof(to)) <
	    0)
		return -errno;
	return 0;
}

bool arp_socket_is_claimed(int fd, uint32_t address_be, const uint8_t mac[6],
			   struct arp_packet *packet)
{
	uint8_t data[64];

	for (unsigned i = 0; i < READS_MAX; i++) {
		ssize_t len = recv(fd, data, sizeof(data), 0);

		if (len < 0 && errno != EINTR)
			return false;
		if (len >= 0 && arp_packet_parse(data, (size_t)len, packet) == 0 &&
		    arp_packet_claims(packet, address_be, mac))
			return true;
	}
	return false;
}
