#include "netcfg/arp_packet.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

#define HTYPE_ETHERNET 1
#define PTYPE_IPV4     0x0800
#define OP_REQUEST     1
#define OP_REPLY       2

void arp_packet_build(const struct arp_packet *packet, uint8_t out[ARP_PACKET_SIZE])
{
	static const uint8_t head[] = {
		0, HTYPE_ETHERNET, PTYPE_IPV4 >> 8, PTYPE_IPV4 & 255, 6, 4, 0, OP_REQUEST,
	};

	memset(out, 0, ARP_PACKET_SIZE);
	memcpy(out, head, sizeof(head));
	memcpy(out + 8, packet->sender_mac, 6);
	memcpy(out + 14, &packet->sender_be, 4);
	memcpy(out + 24, &packet->target_be, 4);
}

int arp_packet_parse(const void *data, size_t len, struct arp_packet *out)
{
	struct cursor c = cursor_over(data, len);
	uint16_t htype = cursor_be16(&c), ptype = cursor_be16(&c);
	uint8_t hlen = cursor_u8(&c), plen = cursor_u8(&c);
	uint16_t op = cursor_be16(&c);
	const uint8_t *addresses = cursor_bytes(&c, ARP_PACKET_SIZE - 8);

	if (!addresses || htype != HTYPE_ETHERNET || ptype != PTYPE_IPV4)
		return -EBADMSG;
	if (hlen != 6 || plen != 4 || (op != OP_REQUEST && op != OP_REPLY))
		return -EBADMSG;
	memcpy(out->sender_mac, addresses, 6);
	memcpy(&out->sender_be, addresses + 6, 4);
	memcpy(&out->target_be, addresses + 16, 4);
	return 0;
}

bool arp_packet_claims(const struct arp_packet *packet, uint32_t address_be,
		       const uint8_t mac[6])
{
	/* our own come back over hubs and bonds */
	if (memcmp(packet->sender_mac, mac, 6) == 0)
		return false;
	return packet->sender_be == address_be ||
	       (packet->sender_be == 0 && packet->target_be == address_be);
}
