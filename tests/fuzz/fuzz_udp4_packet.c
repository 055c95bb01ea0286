#include "netcfg/udp4_packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read lies within the input, and is read again as it was from a packet built of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char storage[2048];
	struct buf out = BUF_OVER(storage);
	struct udp4_packet packet, again;

	if (udp4_packet_parse(data, size, true, &packet))
		return 0;
	if (packet.payload.data < data ||
	    packet.payload.data + packet.payload.len > data + size)
		abort();
	udp4_packet_build(&packet, &out);
	if (out.truncated)
		return 0;
	if (udp4_packet_parse(out.data, out.len, false, &again))
		abort();
	if (again.source_be != packet.source_be ||
	    again.destination_be != packet.destination_be ||
	    again.source_port != packet.source_port ||
	    again.destination_port != packet.destination_port ||
	    again.payload.len != packet.payload.len)
		abort();
	if (memcmp(again.payload.data, packet.payload.data, packet.payload.len))
		abort();
	return 0;
}
