#include "netcfg/arp_packet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a request says is built again as it was, but for the target's hardware address. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[ARP_PACKET_SIZE];
	struct arp_packet packet = { 0 }, copy = { 0 };

	if (arp_packet_parse(data, size, &packet))
		return 0;
	arp_packet_build(&packet, again);
	if (arp_packet_parse(again, sizeof(again), &copy) ||
	    memcmp(&packet, &copy, sizeof(packet)))
		abort();
	if (arp_packet_claims(&packet, packet.target_be, packet.sender_mac))
		abort();
	return 0;
}
