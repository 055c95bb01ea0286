#include "netcfg/dhcp4_socket.h"

#include "netcfg/dhcp4_packet.h"
#include "netcfg/udp4_packet.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

#define PACKET_MAX 1500
#define ACCEPT	   0xffffffff

/* Without it every packet of a busy machine would wake the worker. Offsets are into the
 * IP header; the last load is relative to its length. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		/* not a first fragment */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP4_CLIENT_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ACCEPT),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int dhcp4_socket_open(int index)
{
	/* Of no protocol until the filter is there: nothing else gets into the queue. */
	fd_auto int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = index,
	};
	int on = 1;

	if (fd < 0 || attach_filter(fd) < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd_take(&fd);
}

int dhcp4_socket_open_udp(const char *ifname)
{
	fd_auto int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP4_CLIENT_PORT),
	};
	int on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname,
		       (socklen_t)strlen(ifname) + 1) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return fd_take(&fd);
}

int dhcp4_socket_broadcast(int fd, int index, uint32_t source_be,
			   const struct buf *message)
{
	char storage[PACKET_MAX];
	struct buf packet = BUF_OVER(storage);
	struct udp4_packet headers = {
		.source_be = source_be,
		.destination_be = INADDR_BROADCAST,
		.source_port = DHCP4_CLIENT_PORT,
		.destination_port = DHCP4_SERVER_PORT,
		.payload = cursor_over(message->data, message->len),
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = index,
		.sll_halen = ETH_ALEN,
	};

	memset(to.sll_addr, 0xff, ETH_ALEN);
	udp4_packet_build(&headers, &packet);
	if (packet.truncated || message->truncated)
		return -EMSGSIZE;
	if (sendto(fd, packet.data, packet.len, 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

int dhcp4_socket_unicast(int fd, uint32_t server_be, const struct buf *message)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP4_SERVER_PORT),
		.sin_addr.s_addr = server_be,
	};

	if (message->truncated)
		return -EMSGSIZE;
	if (sendto(fd, message->data, message->len, 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

/* A sender on this machine, or the hypervisor's, may leave the UDP sum to hardware that
 * never sees the packet; the kernel knows and says so beside it. */
static bool is_checksum_pending(struct msghdr *message)
{
	struct tpacket_auxdata aux;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return aux.tp_status & TP_STATUS_CSUMNOTREADY;
	}
	return false;
}

ssize_t dhcp4_socket_receive(int fd, uint8_t *data, size_t size)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec part = { .iov_base = data, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct udp4_packet packet;
	ssize_t len = recvmsg(fd, &message, 0);
	int err;

	if (len < 0)
		return -errno;
	err = udp4_packet_parse(data, (size_t)len, is_checksum_pending(&message),
				&packet);
	if (err || packet.destination_port != DHCP4_CLIENT_PORT)
		return -EBADMSG;
	memmove(data, packet.payload.data, packet.payload.len);
	return (ssize_t)packet.payload.len;
}
