/* When to probe and when to announce an address (RFC 5227, 2.1 and 2.3), as a state machine
 * without sockets and clocks. Pure.
 *
 * It differs from the RFC in one thing: nobody waits for it. The first probe goes out at once, not
 * after up to a second, and who wants to wait waits for the first window alone: a machine that is
 * awake answers ARP within a round trip. The RFC's own three probes, a second or more apart, go on
 * beside the use of the address. */
#ifndef NETCFG_ARP_PROBE_H
#define NETCFG_ARP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#define ARP_NEVER	  UINT64_MAX /* milliseconds */
#define ARP_WINDOW_MIN_MS 20
#define ARP_WINDOW_MAX_MS 200

enum arp_action {
	ARP_PROBE = 1,
	ARP_ANNOUNCE = 2,
};

/* Whoever owns it looks for answers each time @wake_ms has come. */
struct arp_probe {
	uint64_t wake_ms; /* ARP_NEVER: it is over, or has not begun */

	/* private */
	uint64_t started_ms, window_ms;
	unsigned next;
};

/* Not begun. */
void arp_probe_init(struct arp_probe *probe);

/* The first probe is due. */
void arp_probe_start(struct arp_probe *probe, uint64_t now_ms);

/* The time @wake_ms has come: a set of enum arp_action. @random: any bits. */
unsigned arp_probe_step(struct arp_probe *probe, uint32_t random, uint64_t now_ms);

/* A server on the link answered within @round_trip_ms: the first window, which counts from the first
 * probe, becomes four times that, but not below ARP_WINDOW_MIN_MS nor above ARP_WINDOW_MAX_MS.
 * Before this it is ARP_WINDOW_MAX_MS. */
void arp_probe_set_round_trip(struct arp_probe *probe, uint64_t round_trip_ms);

/* Has the first window not ended yet? */
bool arp_probe_is_new(const struct arp_probe *probe);

#endif
