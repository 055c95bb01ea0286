#include "netcfg/udp4_packet.h"

#include <errno.h>
#include <string.h>

#define IP_HEADER_LEN	 20
#define UDP_HEADER_LEN	 8
#define IP_TTL		 64
#define IP_PROTOCOL_UDP	 17
#define IP_DONT_FRAGMENT 0x4000
#define IP_FRAGMENT_MASK 0x3fff /* "more fragments" and the offset */

/* The ones' complement sum of RFC 1071, not folded yet. */
static uint32_t sum_bytes(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (len % 2)
		sum += (uint32_t)data[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* @addresses are source and destination as they stand in the IP header (RFC 768). */
static uint16_t udp_sum(const uint8_t *addresses, const uint8_t *udp, size_t len)
{
	uint32_t sum = IP_PROTOCOL_UDP + (uint32_t)len;

	return fold(sum_bytes(sum_bytes(sum, addresses, 8), udp, len));
}

static void put_be16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void udp4_packet_build(const struct udp4_packet *packet, struct buf *out)
{
	uint8_t header[IP_HEADER_LEN + UDP_HEADER_LEN] = { 0x45 };
	uint8_t *ip = header, *udp = header + IP_HEADER_LEN;
	size_t start = out->len, udp_len = UDP_HEADER_LEN + packet->payload.len;
	uint16_t sum;

	put_be16(ip + 2, IP_HEADER_LEN + udp_len);
	put_be16(ip + 6, IP_DONT_FRAGMENT);
	ip[8] = IP_TTL;
	ip[9] = IP_PROTOCOL_UDP;
	memcpy(ip + 12, &packet->source_be, 4);
	memcpy(ip + 16, &packet->destination_be, 4);
	put_be16(ip + 10, (uint16_t)~fold(sum_bytes(0, ip, IP_HEADER_LEN)));
	put_be16(udp, packet->source_port);
	put_be16(udp + 2, packet->destination_port);
	put_be16(udp + 4, udp_len);

	buf_put(out, (const char *)header, sizeof(header));
	buf_put(out, (const char *)packet->payload.data, packet->payload.len);
	if (out->truncated)
		return;
	ip = (uint8_t *)out->data + start;
	udp = ip + IP_HEADER_LEN;
	sum = (uint16_t)~udp_sum(ip + 12, udp, udp_len);
	put_be16(udp + 6, sum ? sum : 0xffff); /* 0 says "no checksum" */
}

static int parse_udp(const uint8_t *addresses, struct cursor c, bool trust_checksum,
		     struct udp4_packet *out)
{
	size_t len;
	uint16_t checksum;

	out->source_port = cursor_be16(&c);
	out->destination_port = cursor_be16(&c);
	len = cursor_be16(&c);
	checksum = cursor_be16(&c);
	if (c.overrun || len < UDP_HEADER_LEN || len > c.len)
		return -EBADMSG;
	if (checksum && !trust_checksum && udp_sum(addresses, c.data, len) != 0xffff)
		return -EBADMSG;
	out->payload = cursor_over(c.data + UDP_HEADER_LEN, len - UDP_HEADER_LEN);
	return 0;
}

int udp4_packet_parse(const void *data, size_t len, bool trust_udp_checksum,
		      struct udp4_packet *out)
{
	struct cursor c = cursor_over(data, len);
	const uint8_t *ip = data;
	uint8_t first = cursor_u8(&c);
	size_t header_len = (first & 15) * 4u, total_len;
	uint16_t fragment;
	uint8_t protocol;

	cursor_skip(&c, 1);
	total_len = cursor_be16(&c);
	cursor_skip(&c, 2);
	fragment = cursor_be16(&c);
	cursor_skip(&c, 1);
	protocol = cursor_u8(&c);
	cursor_skip(&c, 10);
	if (c.overrun || first >> 4 != 4 || header_len < IP_HEADER_LEN)
		return -EBADMSG;
	if (total_len > len || header_len > total_len)
		return -EBADMSG;
	if (fold(sum_bytes(0, ip, header_len)) != 0xffff)
		return -EBADMSG;
	if (protocol != IP_PROTOCOL_UDP || (fragment & IP_FRAGMENT_MASK))
		return -EBADMSG;
	memcpy(&out->source_be, ip + 12, 4);
	memcpy(&out->destination_be, ip + 16, 4);
	return parse_udp(ip + 12, cursor_over(ip + header_len, total_len - header_len),
			 trust_udp_checksum, out);
}
