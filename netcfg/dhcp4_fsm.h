/* The client side of RFC 2131, section 4.4, as a state machine without sockets and clocks: the
 * caller tells it what happened and when, and does what it answers. With it goes the check by ARP
 * that nobody else has the address. Pure. */
#ifndef NETCFG_DHCP4_FSM_H
#define NETCFG_DHCP4_FSM_H

#include "netcfg/arp_probe.h"
#include "netcfg/dhcp4_packet.h"

#include <stdbool.h>
#include <stdint.h>

#define DHCP4_NEVER UINT64_MAX /* milliseconds */

enum dhcp4_state {
	DHCP4_INIT, /* DHCP4_SEND on the way here is a DHCPDECLINE */
	DHCP4_REBOOTING,
	DHCP4_SELECTING,
	DHCP4_REQUESTING,
	DHCP4_PROBING, /* acknowledged, not used yet: DHCP4_ARP_PROBE; no state of the RFC */
	DHCP4_BOUND,
	DHCP4_RENEWING,
	DHCP4_REBINDING,
	DHCP4_STATES,
};

enum dhcp4_event {
	DHCP4_TIMER, /* now_ms has reached wake_ms */
	DHCP4_OFFERED,
	DHCP4_ACKNOWLEDGED,
	DHCP4_REFUSED,	/* DHCPNAK */
	DHCP4_CONFLICT, /* somebody else has the address; told in PROBING and later */
	DHCP4_EVENTS,
};

/* What step() wants done. */
enum dhcp4_action {
	DHCP4_DROP = 1,	     /* remove the address: the lease holds no longer */
	DHCP4_APPLY = 2,     /* set the lease that was kept last, also after a renewal */
	DHCP4_SEND = 4,	     /* dhcp4_fsm_request() says what */
	DHCP4_KEEP = 8,	     /* @reply's lease was granted: keep it for DHCP4_APPLY */
	DHCP4_PROBE = 16,    /* by ARP, for fsm->grant.address_be */
	DHCP4_ANNOUNCE = 32, /* the same address */
};

/* How an address is checked by ARP (RFC 5227). */
enum dhcp4_arp {
	DHCP4_ARP_WATCH, /* it is used at once, and given back when somebody else has it */
	DHCP4_ARP_PROBE, /* it is used when nobody answered within a few round trips */
	DHCP4_ARP_OFF,
};

struct dhcp4_fsm {
	enum dhcp4_state state;
	enum dhcp4_arp arp;	  /* for the caller to set */
	uint64_t wake_ms;	  /* when DHCP4_TIMER is due */
	struct dhcp4_grant grant; /* offered in REQUESTING, granted from PROBING on */
	struct arp_probe
		probe; /* its wake_ms is within ours; ARP_NEVER: nobody listens */

	/* private */
	uint32_t xid;
	uint32_t random; /* of the generator; never 0 */
	unsigned attempt, refusals;
	uint16_t elapsed_s;
	bool wants_broadcast;
	bool has_lease, remembers;
	uint64_t started_ms; /* first message of this exchange */
	uint64_t sent_ms;    /* last one */
	uint64_t timer_ms;
	uint64_t renew_ms, rebind_ms, expire_ms;
};

/* INIT, with the first message due at once. @seed: of random_seed(), so that machines that are
 * switched on together differ. */
void dhcp4_fsm_init(struct dhcp4_fsm *fsm, uint32_t seed, uint64_t now_ms);

/* Behind init: the machine had this address before and asks for it first (INIT-REBOOT). */
void dhcp4_fsm_remember(struct dhcp4_fsm *fsm, uint32_t address_be);

/* @reply is NULL for DHCP4_TIMER and DHCP4_CONFLICT. Replies that do not fit (xid, server, address,
 * state, a lease without mask or time) change nothing. Returns a set of enum dhcp4_action. */
unsigned dhcp4_fsm_step(struct dhcp4_fsm *fsm, enum dhcp4_event event,
			const struct dhcp4_reply *reply, uint64_t now_ms);

/* The message of the present state. */
struct dhcp4_request dhcp4_fsm_request(const struct dhcp4_fsm *fsm);

/* RENEWING talks to the server alone, everything else goes to all. */
bool dhcp4_fsm_is_unicast(const struct dhcp4_fsm *fsm);

#endif
