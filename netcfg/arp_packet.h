/* ARP of IPv4 over Ethernet (RFC 826), as far as finding a second owner of an address
 * (RFC 5227) needs it. Pure. */
#ifndef NETCFG_ARP_PACKET_H
#define NETCFG_ARP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARP_PACKET_SIZE 28

struct arp_packet {
	uint8_t sender_mac[6];
	uint32_t sender_be; /* 0: a probe */
	uint32_t target_be;
};

/* A request: with sender 0 the probe of an address, with sender and target the same its
 * announcement. */
void arp_packet_build(const struct arp_packet *packet, uint8_t out[ARP_PACKET_SIZE]);

/* @data begins behind the Ethernet header; padding may follow. 0 for a request or a reply;
 * -EBADMSG: something else. @out is written only on success. */
int arp_packet_parse(const void *data, size_t len, struct arp_packet *out);

/* Does it say that somebody other than @mac has @address_be, or is about to take it (RFC
 * 5227, 2.1.1)? */
bool arp_packet_claims(const struct arp_packet *packet, uint32_t address_be,
		       const uint8_t mac[6]);

#endif
