#include "netcfg/dhcp4_fsm.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <string.h>

#define SERVER	     htonl(0x0a000001)
#define OTHER_SERVER htonl(0x0a000002)
#define ADDRESS	     htonl(0x0a000009)

static struct dhcp4_reply reply_for(const struct dhcp4_fsm *fsm)
{
	return (struct dhcp4_reply){
		.xid = fsm->xid,
		.grant = { .address_be = ADDRESS, .server_be = SERVER, .lease_s = 3600 },
		.lease = { .prefix_len = 24 },
	};
}

static unsigned tick(struct dhcp4_fsm *fsm)
{
	return dhcp4_fsm_step(fsm, DHCP4_TIMER, NULL, fsm->wake_ms);
}

static struct dhcp4_fsm selecting_with(enum dhcp4_arp arp)
{
	struct dhcp4_fsm fsm;

	dhcp4_fsm_init(&fsm, 42, 1000);
	fsm.arp = arp;
	assert_int_equal(fsm.wake_ms, 1000);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	return fsm;
}

/* The DHCP part alone. */
static struct dhcp4_fsm selecting(void)
{
	return selecting_with(DHCP4_ARP_OFF);
}

static struct dhcp4_fsm requesting(void)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_reply offer = reply_for(&fsm);

	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &offer, 2000), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_REQUESTING);
	return fsm;
}

static struct dhcp4_fsm bound_for(uint32_t lease_s)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply ack = reply_for(&fsm);

	ack.grant.lease_s = lease_s;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 2100),
			 DHCP4_KEEP | DHCP4_APPLY);
	assert_int_equal(fsm.state, DHCP4_BOUND);
	return fsm;
}

static void each_state_sends_its_own_message(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_request request = dhcp4_fsm_request(&fsm);

	(void)state;
	assert_int_equal(request.type, DHCP4_DISCOVER);
	assert_int_equal(request.xid, fsm.xid);
	assert_int_equal(request.requested_be | request.server_be | request.ciaddr_be, 0);

	fsm = requesting();
	request = dhcp4_fsm_request(&fsm);
	assert_int_equal(request.type, DHCP4_REQUEST);
	assert_int_equal(request.requested_be, ADDRESS);
	assert_int_equal(request.server_be, SERVER);
	assert_int_equal(request.ciaddr_be, 0);
	assert_false(dhcp4_fsm_is_unicast(&fsm));

	fsm = bound_for(3600);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_RENEWING);
	request = dhcp4_fsm_request(&fsm);
	assert_int_equal(request.type, DHCP4_REQUEST);
	assert_int_equal(request.ciaddr_be, ADDRESS);
	assert_int_equal(request.requested_be | request.server_be, 0);
	assert_true(dhcp4_fsm_is_unicast(&fsm));
}

static void a_request_says_the_seconds_of_its_discover(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_reply offer = reply_for(&fsm);

	(void)state;
	assert_int_equal(dhcp4_fsm_request(&fsm).elapsed_s, 0);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, 4999), DHCP4_SEND);
	assert_int_equal(dhcp4_fsm_request(&fsm).elapsed_s, 3);
	dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &offer, 6500);
	assert_int_equal(dhcp4_fsm_request(&fsm).elapsed_s, 3);
	dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, 9999);
	assert_int_equal(dhcp4_fsm_request(&fsm).elapsed_s, 3);
}

static void every_second_discover_asks_for_broadcast_in_the_end(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	bool asked[8];

	(void)state;
	for (int i = 0; i < 8; i++) {
		asked[i] = dhcp4_fsm_request(&fsm).wants_broadcast;
		tick(&fsm);
	}
	assert_memory_equal(asked, ((bool[]){ 0, 0, 0, 1, 0, 1, 0, 1 }), sizeof(asked));
}

static void retries_double_with_jitter_up_to_a_minute(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	uint64_t base_ms = 1000, sent_ms = 1000;
	uint32_t xid = fsm.xid;
	bool has_jitter = false;

	(void)state;
	for (int i = 0; i < 12; i++) {
		uint64_t delay_ms = fsm.wake_ms - sent_ms;

		uint64_t jitter_ms = base_ms < 4000 ? base_ms / 4 : 1000;

		assert_in_range(delay_ms, base_ms - jitter_ms, base_ms + jitter_ms);
		has_jitter |= delay_ms != base_ms;
		sent_ms = fsm.wake_ms;
		assert_int_equal(tick(&fsm), DHCP4_SEND);
		if (base_ms < 64000)
			base_ms *= 2;
	}
	assert_true(has_jitter);
	assert_int_equal(fsm.xid, xid);
}

static void two_machines_differ(void **state)
{
	struct dhcp4_fsm a, b;

	(void)state;
	dhcp4_fsm_init(&a, 1, 0);
	dhcp4_fsm_init(&b, 2, 0);
	tick(&a);
	tick(&b);
	assert_int_not_equal(a.xid, b.xid);
	dhcp4_fsm_init(&a, 0, 0); /* a seed the generator would stick at */
	tick(&a);
	assert_int_not_equal(a.xid, 0);
}

static void an_offer_that_lacks_something_is_not_taken(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_reply good = reply_for(&fsm), offer;

	(void)state;
#define REFUSED_WITH(change)                                                            \
	do {                                                                            \
		offer = good;                                                           \
		change;                                                                 \
		assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &offer, 2000), 0); \
		assert_int_equal(fsm.state, DHCP4_SELECTING);                           \
	} while (0)
	REFUSED_WITH(offer.xid++);
	REFUSED_WITH(offer.lease.prefix_len = 0);
	REFUSED_WITH(offer.grant.server_be = 0);
	REFUSED_WITH(offer.grant.lease_s = 0);
	REFUSED_WITH(offer.grant.lease_s = 9);
	REFUSED_WITH(offer.grant.address_be = 0);
	REFUSED_WITH(offer.grant.address_be = htonl(0x7f000001));
	REFUSED_WITH(offer.grant.address_be = 0xffffffff);
#undef REFUSED_WITH
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &good, 2000), DHCP4_SEND);
}

static void a_second_offer_changes_nothing(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply offer = reply_for(&fsm);

	(void)state;
	offer.grant.server_be = OTHER_SERVER;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &offer, 2000), 0);
	assert_int_equal(fsm.grant.server_be, SERVER);
}

static void another_server_may_neither_grant_nor_refuse(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply reply = reply_for(&fsm);

	(void)state;
	reply.grant.server_be = OTHER_SERVER;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, 2000), 0);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &reply, 2000), 0);
	assert_int_equal(fsm.state, DHCP4_REQUESTING);
}

static void a_server_that_falls_silent_is_given_up(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	uint32_t xid = fsm.xid;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(tick(&fsm), DHCP4_SEND);
		assert_int_equal(fsm.state, DHCP4_REQUESTING);
	}
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	assert_int_not_equal(fsm.xid, xid);
}

static void another_address_than_the_one_asked_for_is_not_taken(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply ack = reply_for(&fsm);

	(void)state;
	ack.grant.address_be = htonl(0x0a00000a);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 2000), 0);
	assert_int_equal(fsm.state, DHCP4_REQUESTING);
}

/* Offers and refuses: how long until the client asks again. */
static uint64_t refuse(struct dhcp4_fsm *fsm, uint64_t now_ms)
{
	struct dhcp4_reply reply = reply_for(fsm);

	assert_int_equal(fsm->state, DHCP4_SELECTING);
	dhcp4_fsm_step(fsm, DHCP4_OFFERED, &reply, now_ms);
	dhcp4_fsm_step(fsm, DHCP4_REFUSED, &reply, now_ms);
	return fsm->state == DHCP4_INIT ? fsm->wake_ms - now_ms : 0;
}

static void one_refusal_costs_no_time_and_more_cost_pauses(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	uint64_t expected_ms = 1000;

	(void)state;
	assert_int_equal(refuse(&fsm, 2000), 0);
	for (int i = 0; i < 9; i++) {
		uint64_t now_ms = fsm.wake_ms;
		uint64_t pause_ms = refuse(&fsm, now_ms);

		assert_in_range(pause_ms, expected_ms * 3 / 4, expected_ms * 5 / 4);
		assert_int_equal(tick(&fsm), DHCP4_SEND);
		if (expected_ms < 64000)
			expected_ms *= 2;
	}
}

static void a_server_may_commit_rapidly_if_it_says_so(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_reply ack = reply_for(&fsm);

	(void)state;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 1500), 0);
	ack.is_rapid = true;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, 61000), DHCP4_SEND);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 61500),
			 DHCP4_KEEP | DHCP4_APPLY);
	/* from the message that may have been answered, not from the first */
	assert_int_equal(fsm.wake_ms, 61000 + 1800 * 1000);
}

static struct dhcp4_fsm rebooting(void)
{
	struct dhcp4_fsm fsm;
	struct dhcp4_request request;

	dhcp4_fsm_init(&fsm, 42, 1000);
	dhcp4_fsm_remember(&fsm, ADDRESS);
	assert_int_equal(tick(&fsm), DHCP4_SEND | DHCP4_PROBE);
	assert_int_equal(fsm.state, DHCP4_REBOOTING);
	request = dhcp4_fsm_request(&fsm);
	assert_int_equal(request.type, DHCP4_REQUEST);
	assert_int_equal(request.requested_be, ADDRESS);
	assert_int_equal(request.server_be | request.ciaddr_be, 0);
	return fsm;
}

static void an_address_of_old_is_asked_for_first(void **state)
{
	struct dhcp4_fsm fsm = rebooting();
	struct dhcp4_reply reply = reply_for(&fsm);

	(void)state;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, 1100),
			 DHCP4_KEEP | DHCP4_APPLY);
	fsm = rebooting();
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &reply, 1100), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	assert_int_equal(dhcp4_fsm_request(&fsm).requested_be, 0);
	fsm = rebooting(); /* and nobody answers */
	while (fsm.state == DHCP4_REBOOTING)
		tick(&fsm);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	assert_in_range(fsm.sent_ms, 1000, 5000);
}

static struct dhcp4_fsm probing(uint64_t offered_ms, uint64_t acknowledged_ms)
{
	struct dhcp4_fsm fsm = selecting_with(DHCP4_ARP_PROBE);
	struct dhcp4_reply reply = reply_for(&fsm);

	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &reply, offered_ms),
			 DHCP4_SEND | DHCP4_PROBE);
	while (fsm.wake_ms <= acknowledged_ms) /* the end of the window, long before */
		assert_int_equal(tick(&fsm), 0);
	(void)dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, acknowledged_ms);
	assert_int_equal(fsm.state, DHCP4_PROBING);
	return fsm;
}

static void an_address_waits_for_the_probe_if_it_is_to(void **state)
{
	static const struct {
		uint64_t acknowledged_ms, used_ms;
	} rows[] = {
		{ 2001, 2020 }, /* the shortest */
		{ 2010, 2040 }, /* four round trips from the probe */
		{ 2100, 2200 }, /* the longest */
		{ 2500, 2700 }, /* nobody has looked: once more */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp4_fsm fsm = probing(2000, rows[i].acknowledged_ms);

		assert_int_equal(fsm.wake_ms, rows[i].used_ms);
		assert_int_equal(tick(&fsm), DHCP4_APPLY);
		assert_int_equal(fsm.state, DHCP4_BOUND);
	}
}

static void a_rapid_commit_is_probed_too(void **state)
{
	struct dhcp4_fsm fsm = selecting_with(DHCP4_ARP_PROBE);
	struct dhcp4_reply ack = reply_for(&fsm);

	(void)state;
	ack.is_rapid = true;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 1010),
			 DHCP4_KEEP | DHCP4_PROBE);
	assert_int_equal(fsm.wake_ms, 1010 + 40);
	assert_int_equal(tick(&fsm), DHCP4_APPLY);
}

static void an_address_in_use_goes_on_being_watched(void **state)
{
	struct dhcp4_fsm fsm = selecting_with(DHCP4_ARP_WATCH);
	struct dhcp4_reply reply = reply_for(&fsm);
	unsigned probes = 1, announcements = 0;
	uint64_t last_ms = 0;

	(void)state;
	dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &reply, 2000);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, 2010),
			 DHCP4_KEEP | DHCP4_APPLY);
	while (fsm.probe.wake_ms != ARP_NEVER) {
		unsigned actions;

		last_ms = fsm.wake_ms;
		actions = tick(&fsm);
		probes += (actions & DHCP4_PROBE) != 0;
		announcements += (actions & DHCP4_ANNOUNCE) != 0;
		assert_int_equal(actions & ~(DHCP4_PROBE | DHCP4_ANNOUNCE), 0);
	}
	assert_int_equal(probes, 3);
	assert_int_equal(announcements, 2);
	assert_in_range(last_ms, 2000 + 6000, 2000 + 8100);
	assert_int_equal(fsm.wake_ms, 2000 + 1800 * 1000); /* T1 is still to come */
}

static void a_conflict_is_declined_and_followed_by_a_pause(void **state)
{
	struct dhcp4_fsm waits = probing(2000, 2001), fsm = waits;
	struct dhcp4_request request;
	uint32_t xid = fsm.xid;

	(void)state;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_CONFLICT, NULL, 2020), DHCP4_SEND);
	fsm = waits;
	tick(&fsm);
	assert_int_equal(fsm.state, DHCP4_BOUND);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_CONFLICT, NULL, 3000),
			 DHCP4_SEND | DHCP4_DROP);
	assert_int_equal(fsm.state, DHCP4_INIT);
	request = dhcp4_fsm_request(&fsm);
	assert_int_equal(request.type, DHCP4_DECLINE);
	assert_int_equal(request.requested_be, ADDRESS);
	assert_int_equal(request.server_be, SERVER);
	assert_int_equal(request.ciaddr_be, 0);
	assert_int_not_equal(request.xid, xid);
	assert_in_range(fsm.wake_ms, 3000 + 10000, 3000 + 11000);
	assert_true(fsm.probe.wake_ms == ARP_NEVER);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	assert_int_equal(dhcp4_fsm_request(&fsm).requested_be, 0);
}

static void nobody_probes_what_was_refused(void **state)
{
	struct dhcp4_fsm fsm = selecting_with(DHCP4_ARP_PROBE);
	struct dhcp4_reply reply = reply_for(&fsm);

	(void)state;
	dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &reply, 2000);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &reply, 2001), DHCP4_SEND);
	assert_true(fsm.probe.wake_ms == ARP_NEVER);
}

static void a_lease_is_renewed_rebound_and_lost_in_its_time(void **state)
{
	struct dhcp4_fsm fsm = bound_for(3600);

	(void)state;
	/* From the request at 2 s: T1 is a half, T2 seven eighths. */
	assert_int_equal(fsm.wake_ms, 2000 + 1800 * 1000);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_RENEWING);
	assert_int_equal(fsm.wake_ms, 2000 + (1800 + 675) * 1000);
	while (fsm.state == DHCP4_RENEWING)
		assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_REBINDING);
	assert_false(dhcp4_fsm_is_unicast(&fsm));
	while (fsm.wake_ms < 2000 + 3600 * 1000)
		assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.wake_ms, 2000 + 3600 * 1000);
	assert_int_equal(tick(&fsm), DHCP4_DROP | DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
}

static void a_renewal_counts_from_its_request(void **state)
{
	struct dhcp4_fsm fsm = bound_for(3600);
	uint64_t renew_ms = fsm.wake_ms;
	struct dhcp4_reply ack;

	(void)state;
	tick(&fsm);
	ack = reply_for(&fsm);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, renew_ms + 500),
			 DHCP4_KEEP | DHCP4_APPLY);
	assert_int_equal(fsm.state, DHCP4_BOUND);
	assert_int_equal(fsm.wake_ms, renew_ms + 1800 * 1000);
}

static void any_server_may_rebind_and_a_refusal_drops(void **state)
{
	struct dhcp4_fsm fsm = bound_for(3600);
	struct dhcp4_reply reply;

	(void)state;
	while (fsm.state != DHCP4_REBINDING)
		tick(&fsm);
	reply = reply_for(&fsm);
	reply.grant.server_be = OTHER_SERVER;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, fsm.wake_ms),
			 DHCP4_KEEP | DHCP4_APPLY);
	assert_int_equal(fsm.grant.server_be, OTHER_SERVER);
	tick(&fsm);
	reply.xid = fsm.xid;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &reply, fsm.wake_ms),
			 DHCP4_DROP | DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
}

static void renewals_are_no_oftener_than_once_a_minute(void **state)
{
	struct dhcp4_fsm fsm = bound_for(120);
	uint64_t last_ms = fsm.wake_ms;
	unsigned sent = 0;

	(void)state;
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	while (fsm.state >= DHCP4_BOUND) {
		last_ms = fsm.wake_ms;
		sent += (tick(&fsm) & DHCP4_SEND) != 0;
	}
	assert_int_equal(sent, 2); /* rebinding, then the first of a new start */
	assert_int_equal(last_ms, 2000 + 120 * 1000);
}

static void times_of_the_server_are_taken_if_they_make_sense(void **state)
{
	static const struct {
		uint32_t t1_s, t2_s, expect_t1_s;
	} rows[] = {
		{ 100, 200, 100 },
		{ 0, 200, 100 }, /* half of T2, for half the lease is behind it */
		{ 0, 0, 1800 },
		{ 5000, 6000, 1575 }, /* both behind the end */
		{ 300, 200, 100 },
		{ 100, 0, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp4_fsm fsm = requesting();
		struct dhcp4_reply ack = reply_for(&fsm);

		ack.grant.renewal_s = rows[i].t1_s;
		ack.grant.rebinding_s = rows[i].t2_s;
		dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 2000);
		assert_int_equal(fsm.wake_ms, 2000 + rows[i].expect_t1_s * 1000);
	}
}

static void a_lease_may_be_for_ever(void **state)
{
	struct dhcp4_fsm fsm = bound_for(LEASE_FOREVER);

	(void)state;
	assert_true(fsm.wake_ms == DHCP4_NEVER);
}

static void a_timer_that_comes_late_skips_states(void **state)
{
	struct dhcp4_fsm fsm = bound_for(3600);

	(void)state;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, 3300 * 1000),
			 DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_REBINDING);
	fsm = bound_for(3600);
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, 9999 * 1000),
			 DHCP4_DROP | DHCP4_SEND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_sends_its_own_message),
		cmocka_unit_test(retries_double_with_jitter_up_to_a_minute),
		cmocka_unit_test(two_machines_differ),
		cmocka_unit_test(an_offer_that_lacks_something_is_not_taken),
		cmocka_unit_test(a_second_offer_changes_nothing),
		cmocka_unit_test(another_server_may_neither_grant_nor_refuse),
		cmocka_unit_test(a_server_that_falls_silent_is_given_up),
		cmocka_unit_test(a_request_says_the_seconds_of_its_discover),
		cmocka_unit_test(every_second_discover_asks_for_broadcast_in_the_end),
		cmocka_unit_test(another_address_than_the_one_asked_for_is_not_taken),
		cmocka_unit_test(one_refusal_costs_no_time_and_more_cost_pauses),
		cmocka_unit_test(a_server_may_commit_rapidly_if_it_says_so),
		cmocka_unit_test(an_address_of_old_is_asked_for_first),
		cmocka_unit_test(an_address_waits_for_the_probe_if_it_is_to),
		cmocka_unit_test(a_rapid_commit_is_probed_too),
		cmocka_unit_test(an_address_in_use_goes_on_being_watched),
		cmocka_unit_test(a_conflict_is_declined_and_followed_by_a_pause),
		cmocka_unit_test(nobody_probes_what_was_refused),
		cmocka_unit_test(a_lease_is_renewed_rebound_and_lost_in_its_time),
		cmocka_unit_test(a_renewal_counts_from_its_request),
		cmocka_unit_test(any_server_may_rebind_and_a_refusal_drops),
		cmocka_unit_test(renewals_are_no_oftener_than_once_a_minute),
		cmocka_unit_test(times_of_the_server_are_taken_if_they_make_sense),
		cmocka_unit_test(a_lease_may_be_for_ever),
		cmocka_unit_test(a_timer_that_comes_late_skips_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
