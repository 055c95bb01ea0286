/* The client side of RFC 2131, section 4.4, as a state machine without sockets and
 * clocks: the caller tells it what happened and when, and does what it answers. Pure. */
#ifndef NETCFG_DHCP4_FSM_H
#define NETCFG_DHCP4_FSM_H

#include "netcfg/dhcp4_packet.h"

#include <stdbool.h>
#include <stdint.h>

#define DHCP4_NEVER UINT64_MAX /* milliseconds */

enum dhcp4_state {
	DHCP4_INIT,
	DHCP4_SELECTING,
	DHCP4_REQUESTING,
	DHCP4_BOUND,
	DHCP4_RENEWING,
	DHCP4_REBINDING,
	DHCP4_STATES,
};

enum dhcp4_event {
	DHCP4_TIMER, /* now_ms has reached wake_ms */
	DHCP4_OFFERED,
	DHCP4_ACKNOWLEDGED,
	DHCP4_REFUSED, /* DHCPNAK */
	DHCP4_EVENTS,
};

/* What step() wants done. */
enum dhcp4_action {
	DHCP4_DROP = 1,	 /* remove the address: @lease holds no longer */
	DHCP4_APPLY = 2, /* set what @lease says, also after a renewal */
	DHCP4_SEND = 4,	 /* dhcp4_fsm_request() says what */
};

struct dhcp4_fsm {
	enum dhcp4_state state;
	uint64_t wake_ms;	  /* when DHCP4_TIMER is due */
	struct dhcp4_lease lease; /* offered in REQUESTING, held from BOUND on */

	/* private */
	uint32_t xid;
	uint32_t random; /* of the generator; never 0 */
	unsigned attempt;
	bool has_lease;
	uint64_t started_ms; /* first message of this exchange; leases count from there */
	uint64_t renew_ms, rebind_ms, expire_ms;
};

/* INIT, with the first message due at once. @seed: random bits, so that machines that are
 * switched on together differ. */
void dhcp4_fsm_init(struct dhcp4_fsm *fsm, uint32_t seed, uint64_t now_ms);

/* @reply is NULL for DHCP4_TIMER. Replies that do not fit (xid, server, state, a lease
 * without mask or time) change nothing. Returns a set of enum dhcp4_action. */
unsigned dhcp4_fsm_step(struct dhcp4_fsm *fsm, enum dhcp4_event event,
			const struct dhcp4_reply *reply, uint64_t now_ms);

/* The message of the present state, without the caller's mac and hostname. */
struct dhcp4_request dhcp4_fsm_request(const struct dhcp4_fsm *fsm, uint64_t now_ms);

/* RENEWING talks to the server alone, everything else goes to all. */
bool dhcp4_fsm_is_unicast(const struct dhcp4_fsm *fsm);

const char *dhcp4_state_name(enum dhcp4_state state);

#endif
