#include "netcfg/dhcp4_fsm.h"

#include "lib/ipv4.h"
#include "lib/random.h"

/* RFC 2131, 4.1 starts at 4 s. Here two messages go before that, after 1 s and 3 s: switches and
 * hypervisors lose the first frames of a link that has just come up, and a boot waits for nothing
 * else. From the third on the pauses are the RFC's, so a server that is overloaded sees two
 * messages more of each machine and no higher rate. */
#define RETRY_FIRST_MS	   1000
#define RETRY_MAX_MS	   64000
#define RETRY_JITTER_MS	   1000	 /* each way; a quarter of shorter pauses */
#define REQUESTS_MAX	   4	 /* of one offer */
#define REBOOTS_MAX	   2	 /* of an address of old */
#define BROADCAST_AFTER	   3	 /* messages: some servers reach nobody by unicast */
#define DECLINE_PAUSE_MS   10000 /* 3.1, step 5 */
#define RENEW_RETRY_MIN_MS 60000
#define LEASE_MIN_S	   10 /* a shorter one would be nothing but renewals */

/* The pause behind the message that is number @attempt, from 0 on. */
static uint64_t retry_delay_ms(struct dhcp4_fsm *fsm, unsigned attempt)
{
	uint64_t delay_ms = RETRY_MAX_MS, jitter_ms;

	if (attempt < 6)
		delay_ms = (uint64_t)RETRY_FIRST_MS << attempt;
	jitter_ms = delay_ms / 4 < RETRY_JITTER_MS ? delay_ms / 4 : RETRY_JITTER_MS;
	return delay_ms - jitter_ms + random_next(&fsm->random) % (2 * jitter_ms + 1);
}

static void start_exchange(struct dhcp4_fsm *fsm, enum dhcp4_state state, uint64_t now_ms)
{
	fsm->state = state;
	fsm->xid = random_next(&fsm->random);
	fsm->started_ms = now_ms;
}

static unsigned send_message(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	uint64_t elapsed_s = (now_ms - fsm->started_ms) / 1000;

	/* 4.1: a DHCPREQUEST has the value of its DHCPDISCOVER */
	if (fsm->state != DHCP4_REQUESTING)
		fsm->elapsed_s =
			elapsed_s < UINT16_MAX ? (uint16_t)elapsed_s : UINT16_MAX;
	fsm->sent_ms = now_ms;
	return DHCP4_SEND;
}

static unsigned send_and_retry(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	fsm->timer_ms = now_ms + retry_delay_ms(fsm, fsm->attempt);
	fsm->attempt++;
	return send_message(fsm, now_ms);
}

static void start_probe(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	if (IS_ENABLED(CONFIG_NETCFG_ARP) && fsm->arp != DHCP4_ARP_OFF)
		arp_probe_start(&fsm->probe, now_ms);
}

static unsigned discover(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	arp_probe_init(&fsm->probe);
	fsm->grant = (struct dhcp4_grant){ 0 };
	fsm->remembers = fsm->wants_broadcast = false;
	fsm->attempt = 0;
	start_exchange(fsm, DHCP4_SELECTING, now_ms);
	return send_and_retry(fsm, now_ms);
}

static unsigned begin(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
		      uint64_t now_ms)
{
	(void)reply;
	if (!fsm->remembers)
		return discover(fsm, now_ms);
	fsm->attempt = 0;
	start_exchange(fsm, DHCP4_REBOOTING, now_ms);
	start_probe(fsm, now_ms);
	return send_and_retry(fsm, now_ms);
}

static unsigned reboot_again(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			     uint64_t now_ms)
{
	(void)reply;
	return fsm->attempt < REBOOTS_MAX ? send_and_retry(fsm, now_ms)
					  : discover(fsm, now_ms);
}

static unsigned discover_again(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			       uint64_t now_ms)
{
	(void)reply;
	fsm->wants_broadcast = fsm->attempt >= BROADCAST_AFTER && fsm->attempt % 2;
	return send_and_retry(fsm, now_ms);
}

static bool is_usable(const struct dhcp4_reply *reply)
{
	const struct dhcp4_grant *grant = &reply->grant;

	return ipv4_is_host(grant->address_be) && reply->lease.prefix_len > 0 &&
	       grant->lease_s >= LEASE_MIN_S && grant->server_be != 0;
}

/* The probe goes out beside the request, so that waiting for both takes no longer than for the
 * slower one. */
static unsigned request_offer(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			      uint64_t now_ms)
{
	if (!is_usable(reply))
		return 0;
	fsm->state = DHCP4_REQUESTING;
	fsm->grant = reply->grant;
	fsm->started_ms = now_ms;
	fsm->attempt = 0;
	start_probe(fsm, now_ms);
	return send_and_retry(fsm, now_ms);
}

static unsigned request_again(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			      uint64_t now_ms)
{
	(void)reply;
	return fsm->attempt < REQUESTS_MAX ? send_and_retry(fsm, now_ms)
					   : discover(fsm, now_ms);
}

static uint64_t after_s(uint64_t start_ms, uint32_t seconds)
{
	return seconds == LEASE_FOREVER ? DHCP4_NEVER
					: start_ms + (uint64_t)seconds * 1000;
}

/* T1 and T2 as the server says, if they make sense (RFC 2131, 4.4.5). */
static void set_lease_times(struct dhcp4_fsm *fsm, uint64_t start_ms)
{
	const struct dhcp4_grant *grant = &fsm->grant;
	uint32_t t1_s = grant->renewal_s, t2_s = grant->rebinding_s;

	if (t2_s == 0 || t2_s >= grant->lease_s)
		t2_s = grant->lease_s - grant->lease_s / 8;
	if (t1_s == 0)
		t1_s = grant->lease_s / 2;
	if (t1_s >= t2_s)
		t1_s = t2_s / 2;
	if (grant->lease_s == LEASE_FOREVER)
		t1_s = t2_s = LEASE_FOREVER;
	fsm->renew_ms = after_s(start_ms, t1_s);
	fsm->rebind_ms = after_s(start_ms, t2_s);
	fsm->expire_ms = after_s(start_ms, grant->lease_s);
}

static unsigned bind_lease(struct dhcp4_fsm *fsm)
{
	fsm->state = DHCP4_BOUND;
	fsm->has_lease = true;
	fsm->timer_ms = fsm->renew_ms;
	return DHCP4_APPLY;
}

static unsigned grant_lease(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			    uint64_t start_ms, uint64_t now_ms)
{
	fsm->grant = reply->grant;
	fsm->attempt = fsm->refusals = 0;
	set_lease_times(fsm, start_ms);
	if (fsm->has_lease || fsm->arp != DHCP4_ARP_PROBE)
		return DHCP4_KEEP | bind_lease(fsm);
	if (!arp_probe_is_new(&fsm->probe)) /* nobody has looked for answers */
		start_probe(fsm, now_ms);
	fsm->state = DHCP4_PROBING;
	fsm->timer_ms = DHCP4_NEVER; /* the probe's end is what counts */
	return DHCP4_KEEP;
}

/* A server gives what it was asked for, or it refuses. */
static bool is_answer(const struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply)
{
	bool may_be_any = fsm->state == DHCP4_REBOOTING || fsm->state == DHCP4_REBINDING;

	return is_usable(reply) && reply->grant.address_be == fsm->grant.address_be &&
	       (may_be_any || reply->grant.server_be == fsm->grant.server_be);
}

static unsigned acknowledged(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			     uint64_t now_ms)
{
	if (!is_answer(fsm, reply))
		return 0;
	arp_probe_set_round_trip(&fsm->probe, now_ms - fsm->sent_ms);
	return grant_lease(fsm, reply, fsm->started_ms, now_ms);
}

/* RFC 4039. The first of many DISCOVERs may have been sent longer ago than a lease lasts. */
static unsigned acknowledged_rapidly(struct dhcp4_fsm *fsm,
				     const struct dhcp4_reply *reply, uint64_t now_ms)
{
	if (!is_usable(reply) || !reply->is_rapid)
		return 0;
	start_probe(fsm, now_ms);
	arp_probe_set_round_trip(&fsm->probe, now_ms - fsm->sent_ms);
	return grant_lease(fsm, reply, fsm->sent_ms, now_ms);
}

static unsigned drop(struct dhcp4_fsm *fsm)
{
	unsigned action = fsm->has_lease ? DHCP4_DROP : 0;

	arp_probe_init(&fsm->probe);
	fsm->has_lease = fsm->remembers = false;
	fsm->state = DHCP4_INIT;
	return action;
}

/* The first refusal says that the network has changed, so ask anew at once; a server that goes on
 * refusing what it has just offered must not be asked without pauses. */
static unsigned refused(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			uint64_t now_ms)
{
	unsigned actions;

	if (fsm->state != DHCP4_REBINDING && fsm->state != DHCP4_REBOOTING &&
	    reply->grant.server_be != fsm->grant.server_be)
		return 0;
	actions = drop(fsm);
	if (fsm->refusals++ == 0)
		return actions | discover(fsm, now_ms);
	fsm->timer_ms = now_ms + retry_delay_ms(fsm, fsm->refusals - 2);
	return actions;
}

static unsigned conflict(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			 uint64_t now_ms)
{
	unsigned actions = drop(fsm);

	(void)reply;
	start_exchange(fsm, DHCP4_INIT, now_ms);
	fsm->timer_ms =
		now_ms + DECLINE_PAUSE_MS + random_next(&fsm->random) % RETRY_JITTER_MS;
	return actions | send_message(fsm, now_ms);
}

static unsigned expire(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	unsigned actions = drop(fsm);

	return actions | discover(fsm, now_ms);
}

/* Half of the time that is left to @end_ms, but no oftener than once a minute (4.4.5). */
static unsigned send_until(struct dhcp4_fsm *fsm, uint64_t end_ms, uint64_t now_ms)
{
	uint64_t left_ms = end_ms - now_ms;

	fsm->timer_ms = end_ms;
	if (left_ms / 2 >= RENEW_RETRY_MIN_MS)
		fsm->timer_ms = now_ms + left_ms / 2;
	else if (left_ms > RENEW_RETRY_MIN_MS)
		fsm->timer_ms = now_ms + RENEW_RETRY_MIN_MS;
	return send_message(fsm, now_ms);
}

/* The timer of a lease, in whichever of its states; a long sleep may skip some. */
static unsigned keep_lease(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			   uint64_t now_ms)
{
	enum dhcp4_state due = now_ms < fsm->rebind_ms ? DHCP4_RENEWING : DHCP4_REBINDING;

	(void)reply;
	if (now_ms >= fsm->expire_ms)
		return expire(fsm, now_ms);
	if (fsm->state != due)
		start_exchange(fsm, due, now_ms);
	return send_until(fsm, due == DHCP4_RENEWING ? fsm->rebind_ms : fsm->expire_ms,
			  now_ms);
}

typedef unsigned transition(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			    uint64_t now_ms);

/* An empty cell: nothing happens. */
static transition *const transitions[DHCP4_STATES][DHCP4_EVENTS] = {
	[DHCP4_INIT] = { [DHCP4_TIMER] = begin },
	[DHCP4_REBOOTING] = { [DHCP4_TIMER] = reboot_again,
			      [DHCP4_ACKNOWLEDGED] = acknowledged,
			      [DHCP4_REFUSED] = refused },
	[DHCP4_SELECTING] = { [DHCP4_TIMER] = discover_again,
			      [DHCP4_OFFERED] = request_offer,
			      [DHCP4_ACKNOWLEDGED] = acknowledged_rapidly },
	[DHCP4_REQUESTING] = { [DHCP4_TIMER] = request_again,
			       [DHCP4_ACKNOWLEDGED] = acknowledged,
			       [DHCP4_REFUSED] = refused },
	[DHCP4_PROBING] = { [DHCP4_REFUSED] = refused, [DHCP4_CONFLICT] = conflict },
	[DHCP4_BOUND] = { [DHCP4_TIMER] = keep_lease, [DHCP4_CONFLICT] = conflict },
	[DHCP4_RENEWING] = { [DHCP4_TIMER] = keep_lease,
			     [DHCP4_ACKNOWLEDGED] = acknowledged,
			     [DHCP4_REFUSED] = refused,
			     [DHCP4_CONFLICT] = conflict },
	[DHCP4_REBINDING] = { [DHCP4_TIMER] = keep_lease,
			      [DHCP4_ACKNOWLEDGED] = acknowledged,
			      [DHCP4_REFUSED] = refused,
			      [DHCP4_CONFLICT] = conflict },
};

void dhcp4_fsm_init(struct dhcp4_fsm *fsm, uint32_t seed, uint64_t now_ms)
{
	*fsm = (struct dhcp4_fsm){
		.state = DHCP4_INIT,
		.wake_ms = now_ms,
		.timer_ms = now_ms,
		.random = seed ? seed : 1,
	};
	arp_probe_init(&fsm->probe);
}

void dhcp4_fsm_remember(struct dhcp4_fsm *fsm, uint32_t address_be)
{
	fsm->grant.address_be = address_be;
	fsm->remembers = address_be != 0;
}

/* Nobody has answered by the end of the first window: that is what PROBING waits for. */
static unsigned step_probe(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	unsigned actions = 0, arp;

	if (!IS_ENABLED(CONFIG_NETCFG_ARP) || fsm->probe.wake_ms > now_ms)
		return 0;
	arp = arp_probe_step(&fsm->probe, random_next(&fsm->random), now_ms);
	if (arp & ARP_PROBE)
		actions |= DHCP4_PROBE;
	if (arp & ARP_ANNOUNCE)
		actions |= DHCP4_ANNOUNCE;
	if (fsm->state == DHCP4_PROBING && !arp_probe_is_new(&fsm->probe))
		actions |= bind_lease(fsm);
	return actions;
}

unsigned dhcp4_fsm_step(struct dhcp4_fsm *fsm, enum dhcp4_event event,
			const struct dhcp4_reply *reply, uint64_t now_ms)
{
	transition *step = transitions[fsm->state][event];
	unsigned actions = 0;

	if (event == DHCP4_TIMER && fsm->timer_ms > now_ms)
		step = NULL; /* it is the probe's */
	if (step && (!reply || reply->xid == fsm->xid))
		actions = step(fsm, reply, now_ms);
	actions |= step_probe(fsm, now_ms);
	fsm->wake_ms =
		fsm->timer_ms < fsm->probe.wake_ms ? fsm->timer_ms : fsm->probe.wake_ms;
	return actions;
}

struct dhcp4_request dhcp4_fsm_request(const struct dhcp4_fsm *fsm)
{
	static const uint8_t types[DHCP4_STATES] = {
		[DHCP4_INIT] = DHCP4_DECLINE,
		[DHCP4_SELECTING] = DHCP4_DISCOVER,
	};
	struct dhcp4_request request = {
		.type = types[fsm->state] ? types[fsm->state] : DHCP4_REQUEST,
		.xid = fsm->xid,
		.elapsed_s = fsm->elapsed_s,
	};

	if (fsm->state < DHCP4_PROBING) {
		request.requested_be = fsm->grant.address_be;
		request.server_be = fsm->grant.server_be;
		request.wants_broadcast = fsm->wants_broadcast;
	} else {
		request.ciaddr_be = fsm->grant.address_be;
	}
	return request;
}

bool dhcp4_fsm_is_unicast(const struct dhcp4_fsm *fsm)
{
	return fsm->state == DHCP4_RENEWING;
}
