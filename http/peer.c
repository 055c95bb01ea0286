#include "http/peer.h"

#include "lib/ip.h"
#include "lib/str.h"

#include <string.h>

static void name_ip(struct http_peer *peer, struct ip *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t loopback[16] = { [15] = 1 };
	char text[IP_TEXT_SIZE];

	if (ip->family == IP_V6 && memcmp(ip->bytes, mapped, sizeof(mapped)) == 0) {
		uint32_t v4_be;

		memcpy(&v4_be, ip->bytes + sizeof(mapped), sizeof(v4_be));
		*ip = ip_from_v4(v4_be);
	}
	peer->local = ip->family == IP_V4 ? ip->bytes[0] == 127
					  : memcmp(ip->bytes, loopback, 16) == 0;
	FORMAT(peer->name, "%s", ip_format(text, ip));
}

void peer_name(struct http_peer *peer, const union peer_address *from, bool tls)
{
	struct ip ip = { .family = IP_NONE };

	*peer = (struct http_peer){ .tls = tls };
	switch (from->any.sa_family) {
	case AF_INET:
		ip.family = IP_V4;
		memcpy(ip.bytes, &from->v4.sin_addr, 4);
		name_ip(peer, &ip);
		break;
	case AF_INET6:
		ip.family = IP_V6;
		memcpy(ip.bytes, &from->v6.sin6_addr, 16);
		name_ip(peer, &ip);
		break;
	case AF_VSOCK:
		peer->local = true;
		FORMAT(peer->name, "vsock:%u", from->vsock.svm_cid);
		break;
	default:
		peer->local = true;
		FORMAT(peer->name, "unix");
	}
}
