#include "netcfg/dhcp6_fsm.h"

#include "lib/random.h"

/* How long more advertisements are awaited after the first. RFC 8415, 18.2.1 wants the whole first
 * second; servers of one link answer within milliseconds of each other, and a boot waits for it. */
#define SELECT_MS      200
#define PREFERENCE_MAX 255
/* Between two messages when nobody answers: of RFC 3315, where 8415 has an hour, which is too long
 * for a machine that waits for its root. A server may raise it (RFC 7083). */
#define SOLICIT_MAX_MS	   120000
#define INFORMATION_MAX_MS 120000
#define MAX_RT_LOWEST_S	   60 /* RFC 8415, 21.24 and 21.25 */
#define MAX_RT_HIGHEST_S   86400
#define REFRESH_DEFAULT_S  86400 /* 7.6 */
#define REFRESH_LOWEST_S   600
#define LEASE_LOWEST_S	   10 /* a shorter one would be nothing but renewals */
#define RENEWAL_LOWEST_S   5

/* RFC 8415, 15 and 7.6: the first wait, the longest (0: no bound) and how many are sent (0: no
 * end). */
static const struct exchange {
	enum dhcp6_type type;
	uint32_t first_ms, max_ms;
	unsigned count;
} exchanges[DHCP6_STATES] = {
	[DHCP6_SOLICITING] = { DHCP6_SOLICIT, 1000, 0, 0 }, /* the bound is in the fsm */
	[DHCP6_REQUESTING] = { DHCP6_REQUEST, 1000, 30000, 10 },
	[DHCP6_RENEWING] = { DHCP6_RENEW, 10000, 600000, 0 },
	[DHCP6_REBINDING] = { DHCP6_REBIND, 10000, 600000, 0 },
	[DHCP6_DECLINING] = { DHCP6_DECLINE, 1000, 0, 4 },
	[DHCP6_INFORMING] = { DHCP6_INFORMATION_REQUEST, 1000, 0, 0 },
};

static uint64_t max_retry_ms(const struct dhcp6_fsm *fsm)
{
	switch (fsm->state) {
	case DHCP6_SOLICITING:
		return fsm->solicit_max_ms;
	case DHCP6_INFORMING:
		return fsm->information_max_ms;
	default:
		return exchanges[fsm->state].max_ms;
	}
}

/* RAND of RFC 8415, 15: a tenth each way, but only up for the first SOLICIT (18.2.1). */
static uint64_t with_jitter(struct dhcp6_fsm *fsm, uint64_t base_ms, uint64_t around_ms)
{
	uint64_t tenth_ms = around_ms / 10;
	uint64_t jitter_ms = random_next(&fsm->random) % (2 * tenth_ms + 1);

	if (fsm->state == DHCP6_SOLICITING && fsm->attempt == 0)
		return base_ms + 1 + jitter_ms / 2;
	return base_ms + jitter_ms - tenth_ms;
}

static unsigned send_and_retry(struct dhcp6_fsm *fsm, uint64_t now_ms)
{
	uint64_t max_ms = max_retry_ms(fsm);
	uint64_t first_ms = exchanges[fsm->state].first_ms;

	if (fsm->attempt == 0)
		fsm->retry_ms = with_jitter(fsm, first_ms, first_ms);
	else
		fsm->retry_ms = with_jitter(fsm, 2 * fsm->retry_ms, fsm->retry_ms);
	if (max_ms && fsm->retry_ms > max_ms)
		fsm->retry_ms = with_jitter(fsm, max_ms, max_ms);
	fsm->wake_ms = now_ms + fsm->retry_ms;
	fsm->attempt++;
	return DHCP6_SEND;
}

static unsigned start_exchange(struct dhcp6_fsm *fsm, enum dhcp6_state state,
			       uint64_t now_ms)
{
	fsm->state = state;
	fsm->xid = random_next(&fsm->random) & 0xffffff;
	fsm->started_ms = now_ms;
	fsm->attempt = 0;
	return send_and_retry(fsm, now_ms);
}

static unsigned solicit(struct dhcp6_fsm *fsm, uint64_t now_ms)
{
	fsm->server.len = 0;
	return start_exchange(fsm, DHCP6_SOLICITING, now_ms);
}

static uint64_t after_s(uint64_t start_ms, uint32_t seconds)
{
	return seconds == LEASE_FOREVER ? DHCP6_NEVER
					: start_ms + (uint64_t)seconds * 1000;
}

/* Half and four fifths of the lease when the server leaves it to us (21.4, 14.2). */
static void set_lease_times(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply)
{
	uint32_t lease_s = reply->lease.lease_s;
	uint32_t t1_s = reply->renewal_s, t2_s = reply->rebinding_s;

	if (t2_s == 0 || t2_s > lease_s)
		t2_s = lease_s == LEASE_FOREVER ? lease_s : lease_s - lease_s / 5;
	if (t1_s == 0 || t1_s > t2_s)
		t1_s = t2_s == LEASE_FOREVER ? t2_s : (uint32_t)(t2_s * 5ull / 8);
	if (t1_s < RENEWAL_LOWEST_S)
		t1_s = RENEWAL_LOWEST_S;
	if (t2_s < t1_s)
		t2_s = t1_s;
	fsm->renew_ms = after_s(fsm->started_ms, t1_s);
	fsm->rebind_ms = after_s(fsm->started_ms, t2_s);
	fsm->expire_ms = after_s(fsm->started_ms, lease_s);
}

static unsigned bind_lease(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply)
{
	fsm->state = DHCP6_BOUND;
	fsm->lease = reply->lease;
	fsm->server = reply->server;
	fsm->has_lease = true;
	set_lease_times(fsm, reply);
	fsm->wake_ms = fsm->renew_ms;
	return DHCP6_APPLY;
}

static unsigned drop(struct dhcp6_fsm *fsm)
{
	unsigned action = fsm->has_lease ? DHCP6_DROP : 0;

	fsm->has_lease = false;
	return action;
}

/* Both may come from a stranger: a lower bound keeps us from flooding, an upper one from being
 * silenced. */
static void take_bound(uint64_t *max_ms, uint32_t seconds)
{
	if (seconds >= MAX_RT_LOWEST_S && seconds <= MAX_RT_HIGHEST_S)
		*max_ms = (uint64_t)seconds * 1000;
}

static bool is_usable(const struct dhcp6_reply *reply)
{
	return reply->status == DHCP6_SUCCESS && reply->lease.address.family == IP_V6 &&
	       reply->lease.lease_s >= LEASE_LOWEST_S;
}

static bool is_chosen(const struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply)
{
	if (fsm->server.len != reply->server.len)
		return false;
	for (unsigned i = 0; i < fsm->server.len; i++)
		if (fsm->server.bytes[i] != reply->server.bytes[i])
			return false;
	return true;
}

/* ---- the cells of the table */

static unsigned solicit_or_request(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
				   uint64_t now_ms)
{
	(void)reply;
	if (fsm->attempt == 0)
		return solicit(fsm, now_ms);
	if (fsm->server.len)
		return start_exchange(fsm, DHCP6_REQUESTING, now_ms);
	return send_and_retry(fsm, now_ms);
}

/* The first of the highest preference is taken, at once when no other can be better or when this
 * is a retry: then there was time enough (18.2.9). */
static unsigned select_server(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			      uint64_t now_ms)
{
	bool is_first = fsm->server.len == 0;

	take_bound(&fsm->solicit_max_ms, reply->solicit_max_s);
	if (!is_usable(reply))
		return 0;
	if (is_first || reply->preference > fsm->preference) {
		fsm->server = reply->server;
		fsm->preference = reply->preference;
		fsm->lease = reply->lease;
	}
	if (fsm->preference == PREFERENCE_MAX || fsm->attempt > 1)
		return start_exchange(fsm, DHCP6_REQUESTING, now_ms);
	if (is_first && now_ms + SELECT_MS < fsm->wake_ms)
		fsm->wake_ms = now_ms + SELECT_MS;
	return 0;
}

static unsigned commit_rapidly(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			       uint64_t now_ms)
{
	(void)now_ms;
	return reply->is_rapid && is_usable(reply) ? bind_lease(fsm, reply) : 0;
}

/* A server that refuses what it has just offered is not asked again at once. */
static unsigned refused(struct dhcp6_fsm *fsm, uint64_t now_ms)
{
	unsigned action = drop(fsm);

	fsm->state = DHCP6_SOLICITING;
	fsm->server.len = 0;
	fsm->attempt = 0;
	fsm->wake_ms = now_ms + with_jitter(fsm, 1000, 1000);
	return action;
}

static unsigned request_again(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			      uint64_t now_ms)
{
	(void)reply;
	if (fsm->attempt < exchanges[DHCP6_REQUESTING].count)
		return send_and_retry(fsm, now_ms);
	return refused(fsm, now_ms);
}
/* What a server says of a lease, asked for the first time or again (18.2.10.1). */
static unsigned take_reply(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			   uint64_t now_ms)
{
	if (fsm->state != DHCP6_REBINDING && !is_chosen(fsm, reply))
		return 0;
	take_bound(&fsm->solicit_max_ms, reply->solicit_max_s);
	switch (reply->status) {
	case DHCP6_SUCCESS:
		return is_usable(reply) ? bind_lease(fsm, reply) : 0;
	case DHCP6_NO_BINDING: /* it has forgotten us, but may give the address again */
		if (fsm->state == DHCP6_REQUESTING)
			return refused(fsm, now_ms);
		fsm->server = reply->server;
		return start_exchange(fsm, DHCP6_REQUESTING, now_ms);
	case DHCP6_NO_ADDRS_AVAIL:
	case DHCP6_NOT_ON_LINK:
		return refused(fsm, now_ms);
	default: /* the retries go on */
		return 0;
	}
}

/* The timer of a lease, in whichever of its states; a long sleep may skip some. */
static unsigned keep_lease(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			   uint64_t now_ms)
{
	enum dhcp6_state due = now_ms < fsm->rebind_ms ? DHCP6_RENEWING : DHCP6_REBINDING;
	uint64_t end_ms = due == DHCP6_RENEWING ? fsm->rebind_ms : fsm->expire_ms;
	unsigned actions;

	(void)reply;
	if (now_ms >= fsm->expire_ms) {
		actions = drop(fsm);
		return actions | solicit(fsm, now_ms);
	}
	if (fsm->state != due)
		actions = start_exchange(fsm, due, now_ms);
	else
		actions = send_and_retry(fsm, now_ms);
	if (fsm->wake_ms > end_ms)
		fsm->wake_ms = end_ms;
	return actions;
}

static unsigned decline(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			uint64_t now_ms)
{
	unsigned actions = drop(fsm);

	(void)reply;
	return actions | start_exchange(fsm, DHCP6_DECLINING, now_ms);
}

static unsigned decline_again(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			      uint64_t now_ms)
{
	(void)reply;
	if (fsm->attempt < exchanges[DHCP6_DECLINING].count)
		return send_and_retry(fsm, now_ms);
	return solicit(fsm, now_ms);
}

static unsigned declined(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			 uint64_t now_ms)
{
	return is_chosen(fsm, reply) ? solicit(fsm, now_ms) : 0;
}

static unsigned inform(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
		       uint64_t now_ms)
{
	(void)reply;
	if (fsm->state == DHCP6_INFORMED || fsm->attempt == 0)
		return start_exchange(fsm, DHCP6_INFORMING, now_ms);
	return send_and_retry(fsm, now_ms);
}

static unsigned informed(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			 uint64_t now_ms)
{
	uint32_t refresh_s = reply->refresh_s ? reply->refresh_s : REFRESH_DEFAULT_S;

	take_bound(&fsm->information_max_ms, reply->information_max_s);
	if (reply->status != DHCP6_SUCCESS)
		return 0;
	if (refresh_s < REFRESH_LOWEST_S)
		refresh_s = REFRESH_LOWEST_S;
	fsm->state = DHCP6_INFORMED;
	fsm->lease = reply->lease;
	fsm->lease.address.family = IP_NONE;
	fsm->lease.lease_s = LEASE_FOREVER;
	fsm->wake_ms = after_s(now_ms, refresh_s);
	return DHCP6_APPLY;
}

typedef unsigned transition(struct dhcp6_fsm *fsm, const struct dhcp6_reply *reply,
			    uint64_t now_ms);

/* An empty cell: nothing happens. */
static transition *const transitions[DHCP6_STATES][DHCP6_EVENTS] = {
	[DHCP6_SOLICITING] = { [DHCP6_TIMER] = solicit_or_request,
			       [DHCP6_ADVERTISED] = select_server,
			       [DHCP6_REPLIED] = commit_rapidly },
	[DHCP6_REQUESTING] = { [DHCP6_TIMER] = request_again,
			       [DHCP6_REPLIED] = take_reply },
	[DHCP6_BOUND] = { [DHCP6_TIMER] = keep_lease, [DHCP6_CONFLICT] = decline },
	[DHCP6_RENEWING] = { [DHCP6_TIMER] = keep_lease,
			     [DHCP6_REPLIED] = take_reply,
			     [DHCP6_CONFLICT] = decline },
	[DHCP6_REBINDING] = { [DHCP6_TIMER] = keep_lease,
			      [DHCP6_REPLIED] = take_reply,
			      [DHCP6_CONFLICT] = decline },
	[DHCP6_DECLINING] = { [DHCP6_TIMER] = decline_again, [DHCP6_REPLIED] = declined },
	[DHCP6_INFORMING] = { [DHCP6_TIMER] = inform, [DHCP6_REPLIED] = informed },
	[DHCP6_INFORMED] = { [DHCP6_TIMER] = inform },
};

void dhcp6_fsm_init(struct dhcp6_fsm *fsm, bool is_stateless, uint32_t seed,
		    uint64_t now_ms)
{
	*fsm = (struct dhcp6_fsm){
		.state = is_stateless ? DHCP6_INFORMING : DHCP6_SOLICITING,
		.wake_ms = now_ms,
		.random = seed ? seed : 1,
		.solicit_max_ms = SOLICIT_MAX_MS,
		.information_max_ms = INFORMATION_MAX_MS,
	};
}

unsigned dhcp6_fsm_step(struct dhcp6_fsm *fsm, enum dhcp6_event event,
			const struct dhcp6_reply *reply, uint64_t now_ms)
{
	transition *step = transitions[fsm->state][event];

	/* without a message sent there is nothing to answer */
	if (!step || (reply && (reply->xid != fsm->xid || fsm->attempt == 0)))
		return 0;
	return step(fsm, reply, now_ms);
}

struct dhcp6_request dhcp6_fsm_request(const struct dhcp6_fsm *fsm, uint64_t now_ms)
{
	uint64_t elapsed_cs = (now_ms - fsm->started_ms) / 10;
	struct dhcp6_request request = {
		.type = exchanges[fsm->state].type,
		.xid = fsm->xid,
		.elapsed_cs = elapsed_cs < UINT16_MAX ? (uint16_t)elapsed_cs : UINT16_MAX,
		.has_ia = fsm->state != DHCP6_INFORMING,
	};

	/* Any server may answer the others. */
	if (fsm->state == DHCP6_REQUESTING || fsm->state == DHCP6_RENEWING ||
	    fsm->state == DHCP6_DECLINING)
		request.server = &fsm->server;
	if (request.has_ia && fsm->state != DHCP6_SOLICITING)
		request.address = fsm->lease.address;
	return request;
}

const char *dhcp6_state_name(enum dhcp6_state state)
{
	static const char *const names[DHCP6_STATES] = {
		"SOLICITING", "REQUESTING", "RENEWING", "REBINDING",
		"DECLINING",  "INFORMING",  "BOUND",	"INFORMED",
	};

	return names[state];
}
