#include "netcfg/dhcp4_fsm.h"

#include "lib/ipv4.h"

/* RFC 2131 suggests 4 s for the first; switches and hypervisors lose the first packet of
 * a link that has just come up often enough to make that the longest wait of a boot. */
#define RETRY_FIRST_MS	   2000
#define RETRY_MAX_MS	   64000
#define RETRY_JITTER_MS	   1000 /* each way */
#define REQUESTS_MAX	   4	/* of one offer */
#define RENEW_RETRY_MIN_MS 60000
#define LEASE_MIN_S	   10 /* a shorter one would be nothing but renewals */

/* xorshift32: spreads clients in time and guesses in xid space, nothing secret hangs on
 * it. */
static uint32_t next_random(struct dhcp4_fsm *fsm)
{
	fsm->random ^= fsm->random << 13;
	fsm->random ^= fsm->random >> 17;
	fsm->random ^= fsm->random << 5;
	return fsm->random;
}

static uint64_t retry_delay_ms(struct dhcp4_fsm *fsm)
{
	uint64_t delay_ms = RETRY_MAX_MS;

	if (fsm->attempt < 5)
		delay_ms = (uint64_t)RETRY_FIRST_MS << fsm->attempt;
	return delay_ms - RETRY_JITTER_MS + next_random(fsm) % (2 * RETRY_JITTER_MS + 1);
}

static void start_exchange(struct dhcp4_fsm *fsm, enum dhcp4_state state, uint64_t now_ms)
{
	fsm->state = state;
	fsm->xid = next_random(fsm);
	fsm->started_ms = now_ms;
}

static unsigned send_and_retry(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	fsm->wake_ms = now_ms + retry_delay_ms(fsm);
	fsm->attempt++;
	return DHCP4_SEND;
}

static unsigned discover(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			 uint64_t now_ms)
{
	(void)reply;
	start_exchange(fsm, DHCP4_SELECTING, now_ms);
	return send_and_retry(fsm, now_ms);
}

static unsigned discover_again(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			       uint64_t now_ms)
{
	(void)reply;
	return send_and_retry(fsm, now_ms);
}

static bool is_usable(const struct dhcp4_lease *lease)
{
	return ipv4_is_host(lease->address_be) && lease->prefix_len > 0 &&
	       lease->lease_s >= LEASE_MIN_S && lease->server_be != 0;
}

static unsigned request_offer(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			      uint64_t now_ms)
{
	if (!is_usable(&reply->lease))
		return 0;
	fsm->state = DHCP4_REQUESTING;
	fsm->lease = reply->lease;
	fsm->started_ms = now_ms;
	fsm->attempt = 0;
	return send_and_retry(fsm, now_ms);
}

static unsigned request_again(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			      uint64_t now_ms)
{
	if (fsm->attempt < REQUESTS_MAX)
		return send_and_retry(fsm, now_ms);
	fsm->attempt = 0;
	return discover(fsm, reply, now_ms);
}

static uint64_t after_s(uint64_t start_ms, uint32_t seconds)
{
	return seconds == DHCP4_FOREVER ? DHCP4_NEVER
					: start_ms + (uint64_t)seconds * 1000;
}

/* T1 and T2 as the server says, if they make sense (RFC 2131, 4.4.5). */
static void set_lease_times(struct dhcp4_fsm *fsm)
{
	const struct dhcp4_lease *lease = &fsm->lease;
	uint32_t t1_s = lease->renewal_s, t2_s = lease->rebinding_s;

	if (t2_s == 0 || t2_s >= lease->lease_s)
		t2_s = lease->lease_s - lease->lease_s / 8;
	if (t1_s == 0)
		t1_s = lease->lease_s / 2;
	if (t1_s >= t2_s)
		t1_s = t2_s / 2;
	if (lease->lease_s == DHCP4_FOREVER)
		t1_s = t2_s = DHCP4_FOREVER;
	fsm->renew_ms = after_s(fsm->started_ms, t1_s);
	fsm->rebind_ms = after_s(fsm->started_ms, t2_s);
	fsm->expire_ms = after_s(fsm->started_ms, lease->lease_s);
}

static unsigned bind_lease(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			   uint64_t now_ms)
{
	bool is_other_server = reply->lease.server_be != fsm->lease.server_be;

	(void)now_ms;
	if (!is_usable(&reply->lease))
		return 0;
	if (is_other_server && fsm->state != DHCP4_REBINDING)
		return 0;
	fsm->state = DHCP4_BOUND;
	fsm->lease = reply->lease;
	fsm->has_lease = true;
	fsm->attempt = 0;
	set_lease_times(fsm);
	fsm->wake_ms = fsm->renew_ms;
	return DHCP4_APPLY;
}

static unsigned drop(struct dhcp4_fsm *fsm)
{
	unsigned action = fsm->has_lease ? DHCP4_DROP : 0;

	fsm->has_lease = false;
	fsm->state = DHCP4_INIT;
	return action;
}

/* A server that refuses what it has just offered must not be asked again at once. */
static unsigned refused(struct dhcp4_fsm *fsm, const struct dhcp4_reply *reply,
			uint64_t now_ms)
{
	if (fsm->state != DHCP4_REBINDING &&
	    reply->lease.server_be != fsm->lease.server_be)
		return 0;
	fsm->wake_ms = now_ms + retry_delay_ms(fsm);
	return drop(fsm);
}

static unsigned expire(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	unsigned actions = drop(fsm);

	fsm->attempt = 0;
	return actions | discover(fsm, NULL, now_ms);
}

/* Half of the time that is left to @end_ms, but no oftener than once a minute (4.4.5). */
static unsigned send_until(struct dhcp4_fsm *fsm, uint64_t end_ms, uint64_t now_ms)
{
	uint64_t left_ms = end_ms - now_ms;

	fsm->wake_ms = end_ms;
	if (left_ms / 2 >= RENEW_RETRY_MIN_MS)
		fsm->wake_ms = now_ms + left_ms / 2;
	else if (left_ms > RENEW_RETRY_MIN_MS)
		fsm->wake_ms = now_ms + RENEW_RETRY_MIN_MS;
	return DHCP4_SEND;
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
	[DHCP4_INIT] = { [DHCP4_TIMER] = discover },
	[DHCP4_SELECTING] = { [DHCP4_TIMER] = discover_again,
			      [DHCP4_OFFERED] = request_offer },
	[DHCP4_REQUESTING] = { [DHCP4_TIMER] = request_again,
			       [DHCP4_ACKNOWLEDGED] = bind_lease,
			       [DHCP4_REFUSED] = refused },
	[DHCP4_BOUND] = { [DHCP4_TIMER] = keep_lease },
	[DHCP4_RENEWING] = { [DHCP4_TIMER] = keep_lease,
			     [DHCP4_ACKNOWLEDGED] = bind_lease,
			     [DHCP4_REFUSED] = refused },
	[DHCP4_REBINDING] = { [DHCP4_TIMER] = keep_lease,
			      [DHCP4_ACKNOWLEDGED] = bind_lease,
			      [DHCP4_REFUSED] = refused },
};

void dhcp4_fsm_init(struct dhcp4_fsm *fsm, uint32_t seed, uint64_t now_ms)
{
	*fsm = (struct dhcp4_fsm){
		.state = DHCP4_INIT,
		.wake_ms = now_ms,
		.random = seed ? seed : 1,
	};
}

unsigned dhcp4_fsm_step(struct dhcp4_fsm *fsm, enum dhcp4_event event,
			const struct dhcp4_reply *reply, uint64_t now_ms)
{
	transition *step = transitions[fsm->state][event];

	if (!step || (reply && reply->xid != fsm->xid))
		return 0;
	return step(fsm, reply, now_ms);
}

struct dhcp4_request dhcp4_fsm_request(const struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	uint64_t elapsed_s = (now_ms - fsm->started_ms) / 1000;
	struct dhcp4_request request = {
		.type = fsm->state == DHCP4_SELECTING ? DHCP4_DISCOVER : DHCP4_REQUEST,
		.xid = fsm->xid,
		.elapsed_s = elapsed_s < UINT16_MAX ? (uint16_t)elapsed_s : UINT16_MAX,
	};

	if (fsm->state == DHCP4_REQUESTING) {
		request.requested_be = fsm->lease.address_be;
		request.server_be = fsm->lease.server_be;
	} else if (fsm->state != DHCP4_SELECTING) {
		request.ciaddr_be = fsm->lease.address_be;
	}
	return request;
}

bool dhcp4_fsm_is_unicast(const struct dhcp4_fsm *fsm)
{
	return fsm->state == DHCP4_RENEWING;
}

const char *dhcp4_state_name(enum dhcp4_state state)
{
	static const char *const names[DHCP4_STATES] = {
		"INIT", "SELECTING", "REQUESTING", "BOUND", "RENEWING", "REBINDING",
	};

	return names[state];
}
