/* IPv4 and UDP headers around a payload, for a client that has no address yet. Pure. */
#ifndef NETCFG_UDP4_PACKET_H
#define NETCFG_UDP4_PACKET_H

#include "lib/buf.h"
#include "lib/cursor.h"

#include <stdbool.h>
#include <stdint.h>

struct udp4_packet {
	uint32_t source_be, destination_be;
	uint16_t source_port, destination_port; /* host order */
	struct cursor payload;
};

/* Appends headers and payload to @out, whose truncated flag says whether they fitted. */
void udp4_packet_build(const struct udp4_packet *packet, struct buf *out);

/* @data is what an AF_PACKET socket of type SOCK_DGRAM delivers; padding behind the
 * datagram is left out of the payload, which points into @data. @trust_udp_checksum: the
 * sender is on this machine and left the sum to hardware (TP_STATUS_CSUMNOTREADY). 0;
 * -EBADMSG: not a whole, unfragmented UDP datagram with right sums. */
int udp4_packet_parse(const void *data, size_t len, bool trust_udp_checksum,
		      struct udp4_packet *out);

#endif
