/* All interfaces, and who of them gets which row of the plan. */
#ifndef NETCFG_LINKS_H
#define NETCFG_LINKS_H

#include "netcfg/device.h"
#include "netcfg/link.h"

#define LINKS_MAX 24

struct links {
	struct link_context context;
	struct devices devices;
	uint64_t started_ms, listed_ms;
	bool is_missing_said;
	struct link rows[LINKS_MAX];
};

/* What is there, with the addresses that the kernel gave before us; @boot_lease is what it told
 * of them elsewhere (pnp.h). 0 or -errno. */
int links_start(struct links *links, const struct lease *boot_lease, uint64_t now_ms);

/* Asks again for what is there, after events were lost. 0 or -errno. */
int links_list(struct links *links, uint64_t now_ms);

/* An event. */
void links_message(struct links *links, const struct netlink_message *message,
		   uint64_t now_ms);

/* Next step of every link. Each row wants one interface: who has not got it stops asking, and asks
 * again when who has it loses it. To be called after the two above and when one of those below
 * returns true. */
void links_pursue(struct links *links, uint64_t now_ms);

bool links_timers(struct links *links, uint64_t now_ms);
uint64_t links_wake_ms(const struct links *links);

#endif
