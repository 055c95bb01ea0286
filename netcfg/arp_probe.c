#include "netcfg/arp_probe.h"

#include <stddef.h>

#define PROBE_MS	 1000 /* PROBE_MIN */
#define PROBE_JITTER_MS	 1000 /* up to PROBE_MAX */
#define ANNOUNCE_WAIT_MS 2000
#define ANNOUNCE_MS	 2000 /* ANNOUNCE_INTERVAL */

/* What is sent at each step, and the time to the next. */
static const struct {
	unsigned action;
	uint16_t pause_ms, jitter_ms;
} steps[] = {
	{ ARP_PROBE, 0, 0 }, /* the pause is the first window */
	{ 0, PROBE_MS, PROBE_JITTER_MS },
	{ ARP_PROBE, PROBE_MS, PROBE_JITTER_MS },
	{ ARP_PROBE, ANNOUNCE_WAIT_MS, 0 },
	{ ARP_ANNOUNCE, ANNOUNCE_MS, 0 },
	{ ARP_ANNOUNCE, 0, 0 },
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

void arp_probe_init(struct arp_probe *probe)
{
	*probe = (struct arp_probe){ .wake_ms = ARP_NEVER, .next = STEP_COUNT };
}

void arp_probe_start(struct arp_probe *probe, uint64_t now_ms)
{
	*probe = (struct arp_probe){
		.wake_ms = now_ms,
		.started_ms = now_ms,
		.window_ms = ARP_WINDOW_MAX_MS,
	};
}

unsigned arp_probe_step(struct arp_probe *probe, uint32_t random, uint64_t now_ms)
{
	size_t i = probe->next;

	if (i == STEP_COUNT)
		return 0;
	probe->next++;
	probe->wake_ms = ARP_NEVER;
	if (probe->next == 1)
		probe->wake_ms = probe->started_ms + probe->window_ms;
	else if (probe->next < STEP_COUNT)
		probe->wake_ms =
			now_ms + steps[i].pause_ms + random % (steps[i].jitter_ms + 1u);
	return steps[i].action;
}

void arp_probe_set_round_trip(struct arp_probe *probe, uint64_t round_trip_ms)
{
	uint64_t window_ms = ARP_WINDOW_MAX_MS;

	if (round_trip_ms < ARP_WINDOW_MAX_MS / 4)
		window_ms = 4 * round_trip_ms;
	if (window_ms < ARP_WINDOW_MIN_MS)
		window_ms = ARP_WINDOW_MIN_MS;
	probe->window_ms = window_ms;
	if (probe->next == 1)
		probe->wake_ms = probe->started_ms + window_ms;
}

bool arp_probe_is_new(const struct arp_probe *probe)
{
	return probe->next < 2;
}
