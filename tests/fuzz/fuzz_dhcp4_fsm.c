#include "netcfg/dhcp4_fsm.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define EVENT_SIZE 4
#define SERVER	   htonl(0x0a000001)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the caller has done, as far as the actions told it. */
struct world {
	uint64_t now_ms;
	bool has_kept, is_applied;
	uint32_t applied_be;
};

static struct dhcp4_reply make_reply(const struct dhcp4_fsm *fsm, uint8_t flags)
{
	return (struct dhcp4_reply){
		.xid = fsm->xid + (flags & 1),
		.is_rapid = flags & 2,
		.grant = {
			.address_be = htonl(0x0a000009 + (flags >> 2 & 1)),
			.server_be = flags & 8 ? htonl(0x0a000002) : SERVER,
			.lease_s = flags & 16 ? 10 : 3600,
			.renewal_s = flags & 32 ? 1 : 0,
			.rebinding_s = flags & 64 ? 2 : 0,
		},
		.lease = { .prefix_len = flags & 128 ? 0 : 24 },
	};
}

static void follow(struct world *w, const struct dhcp4_fsm *fsm, unsigned actions)
{
	if (actions & DHCP4_DROP) {
		if (!w->is_applied)
			abort();
		w->is_applied = false;
	}
	if (actions & DHCP4_KEEP)
		w->has_kept = true;
	if (actions & DHCP4_APPLY) {
		if (!w->has_kept || fsm->state != DHCP4_BOUND)
			abort();
		if (w->is_applied && w->applied_be != fsm->grant.address_be)
			abort(); /* two addresses, and the first never dropped */
		w->is_applied = true;
		w->applied_be = fsm->grant.address_be;
	}
	if (w->is_applied != (fsm->state >= DHCP4_BOUND))
		abort();
	if (actions & (DHCP4_PROBE | DHCP4_ANNOUNCE) && !fsm->grant.address_be)
		abort();
}

static void check_message(const struct dhcp4_fsm *fsm)
{
	struct dhcp4_request request = dhcp4_fsm_request(fsm);

	if (request.type == DHCP4_DISCOVER && (request.requested_be || request.server_be))
		abort();
	if (request.type == DHCP4_DECLINE && !(request.requested_be && request.server_be))
		abort();
	if (request.type == DHCP4_REQUEST && !request.ciaddr_be == !request.requested_be)
		abort();
}

/* A caller that comes late has a few steps to catch up with, and then time to wait. */
static void catch_up(struct world *w, struct dhcp4_fsm *fsm)
{
	for (unsigned i = 0; fsm->wake_ms <= w->now_ms; i++) {
		unsigned actions = dhcp4_fsm_step(fsm, DHCP4_TIMER, NULL, w->now_ms);

		follow(w, fsm, actions);
		if (actions & DHCP4_SEND)
			check_message(fsm);
		if (i == 8)
			abort();
	}
}

static void happen(struct world *w, struct dhcp4_fsm *fsm, enum dhcp4_event event,
		   uint8_t flags)
{
	bool has_reply = event != DHCP4_TIMER && event != DHCP4_CONFLICT;
	struct dhcp4_reply reply = make_reply(fsm, flags);
	unsigned actions =
		dhcp4_fsm_step(fsm, event, has_reply ? &reply : NULL, w->now_ms);

	follow(w, fsm, actions);
	if (actions & DHCP4_SEND)
		check_message(fsm);
}

/* The first byte is the mode, then four bytes an event: what, how, and how long after the last. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { .now_ms = 1000 };
	struct dhcp4_fsm fsm;

	if (size == 0)
		return 0;
	dhcp4_fsm_init(&fsm, 1, w.now_ms);
	fsm.arp = data[0] % 3;
	if (data[0] & 128)
		dhcp4_fsm_remember(&fsm, htonl(0x0a000009));
	for (data++, size--; size >= EVENT_SIZE; data += EVENT_SIZE, size -= EVENT_SIZE) {
		enum dhcp4_event event = data[0] % DHCP4_EVENTS;

		w.now_ms += (uint64_t)(data[2] | data[3] << 8);
		catch_up(&w, &fsm);
		if (event == DHCP4_TIMER && fsm.wake_ms != DHCP4_NEVER)
			w.now_ms = fsm.wake_ms;
		else if (event == DHCP4_CONFLICT && fsm.state < DHCP4_PROBING)
			continue;
		happen(&w, &fsm, event, data[1]);
	}
	return 0;
}
