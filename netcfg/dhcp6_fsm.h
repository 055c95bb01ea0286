/* The client side of RFC 8415, section 18, for one address or for options alone, as a state
 * machine without sockets and clocks: the caller tells it what happened and when, and does what it
 * answers. Pure. */
#ifndef NETCFG_DHCP6_FSM_H
#define NETCFG_DHCP6_FSM_H

#include "netcfg/dhcp6_packet.h"

#include <stdbool.h>
#include <stdint.h>

#define DHCP6_NEVER UINT64_MAX /* milliseconds */

enum dhcp6_state { /* each of the first six sends the message of its name */
		   DHCP6_SOLICITING,
		   DHCP6_REQUESTING,
		   DHCP6_RENEWING,
		   DHCP6_REBINDING,
		   DHCP6_DECLINING,
		   DHCP6_INFORMING,
		   DHCP6_BOUND,
		   DHCP6_INFORMED,
		   DHCP6_STATES,
};

enum dhcp6_event {
	DHCP6_TIMER, /* now_ms has reached wake_ms */
	DHCP6_ADVERTISED,
	DHCP6_REPLIED,
	DHCP6_CONFLICT, /* another machine has the address of @lease: DAD failed */
	DHCP6_EVENTS,
};

/* What step() wants done. */
enum dhcp6_action {
	DHCP6_DROP = 1,	 /* remove the address: @lease holds no longer */
	DHCP6_APPLY = 2, /* set what @lease says, also after a renewal */
	DHCP6_SEND = 4,	 /* dhcp6_fsm_request() says what, to all servers of the link */
};

struct dhcp6_fsm {
	enum dhcp6_state state;
	uint64_t wake_ms; /* when DHCP6_TIMER is due */
	struct lease
		lease; /* offered in REQUESTING, held from then on; no address: options alone */

	/* private */
	struct dhcp6_duid server;
	uint8_t preference; /* of the server that is chosen so far */
	bool has_lease;
	uint32_t xid;
	uint32_t random;
	unsigned attempt;
	uint64_t started_ms; /* first message of this exchange; leases count from there */
	uint64_t retry_ms;   /* the last wait */
	uint64_t solicit_max_ms, information_max_ms;
	uint64_t renew_ms, rebind_ms, expire_ms;
};

/* The first message is due at once. @seed: of random_seed(). */
void dhcp6_fsm_init(struct dhcp6_fsm *fsm, bool is_stateless, uint32_t seed,
		    uint64_t now_ms);

/* @reply is NULL for the events that have none. Replies that do not fit (transaction, server,
 * state, no usable address) change nothing. Returns a set of enum dhcp6_action. */
unsigned dhcp6_fsm_step(struct dhcp6_fsm *fsm, enum dhcp6_event event,
			const struct dhcp6_reply *reply, uint64_t now_ms);

/* The message of the present state; borrows the server's identifier from @fsm. */
struct dhcp6_request dhcp6_fsm_request(const struct dhcp6_fsm *fsm, uint64_t now_ms);

const char *dhcp6_state_name(enum dhcp6_state state);

#endif
