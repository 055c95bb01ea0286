#include "netcfg/dhcp4_fsm.h"
#include "netcfg/settings.h"

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
		.lease = {
			.address_be = ADDRESS,
			.prefix_len = 24,
			.server_be = SERVER,
			.lease_s = 3600,
		},
	};
}

static unsigned tick(struct dhcp4_fsm *fsm)
{
	return dhcp4_fsm_step(fsm, DHCP4_TIMER, NULL, fsm->wake_ms);
}

static struct dhcp4_fsm selecting(void)
{
	struct dhcp4_fsm fsm;

	dhcp4_fsm_init(&fsm, 42, 1000);
	assert_int_equal(fsm.wake_ms, 1000);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_SELECTING);
	return fsm;
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

	ack.lease.lease_s = lease_s;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 2100),
			 DHCP4_APPLY);
	assert_int_equal(fsm.state, DHCP4_BOUND);
	return fsm;
}

static void each_state_sends_its_own_message(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	struct dhcp4_request request = dhcp4_fsm_request(&fsm, 4999);

	(void)state;
	assert_int_equal(request.type, DHCP4_DISCOVER);
	assert_int_equal(request.xid, fsm.xid);
	assert_int_equal(request.elapsed_s, 3);
	assert_int_equal(request.requested_be | request.server_be | request.ciaddr_be, 0);

	fsm = requesting();
	request = dhcp4_fsm_request(&fsm, 2000);
	assert_int_equal(request.type, DHCP4_REQUEST);
	assert_int_equal(request.requested_be, ADDRESS);
	assert_int_equal(request.server_be, SERVER);
	assert_int_equal(request.ciaddr_be, 0);
	assert_false(dhcp4_fsm_is_unicast(&fsm));

	fsm = bound_for(3600);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
	assert_int_equal(fsm.state, DHCP4_RENEWING);
	request = dhcp4_fsm_request(&fsm, fsm.wake_ms);
	assert_int_equal(request.type, DHCP4_REQUEST);
	assert_int_equal(request.ciaddr_be, ADDRESS);
	assert_int_equal(request.requested_be | request.server_be, 0);
	assert_true(dhcp4_fsm_is_unicast(&fsm));
}

static void retries_double_with_jitter_up_to_a_minute(void **state)
{
	struct dhcp4_fsm fsm = selecting();
	uint64_t base_ms = 2000, sent_ms = 1000;
	uint32_t xid = fsm.xid;
	bool has_jitter = false;

	(void)state;
	for (int i = 0; i < 12; i++) {
		uint64_t delay_ms = fsm.wake_ms - sent_ms;

		assert_in_range(delay_ms, base_ms - 1000, base_ms + 1000);
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
	REFUSED_WITH(offer.lease.server_be = 0);
	REFUSED_WITH(offer.lease.lease_s = 0);
	REFUSED_WITH(offer.lease.lease_s = 9);
	REFUSED_WITH(offer.lease.address_be = 0);
	REFUSED_WITH(offer.lease.address_be = htonl(0x7f000001));
	REFUSED_WITH(offer.lease.address_be = 0xffffffff);
#undef REFUSED_WITH
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &good, 2000), DHCP4_SEND);
}

static void a_second_offer_changes_nothing(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply offer = reply_for(&fsm);

	(void)state;
	offer.lease.server_be = OTHER_SERVER;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_OFFERED, &offer, 2000), 0);
	assert_int_equal(fsm.lease.server_be, SERVER);
}

static void another_server_may_neither_grant_nor_refuse(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply reply = reply_for(&fsm);

	(void)state;
	reply.lease.server_be = OTHER_SERVER;
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

static void a_refusal_starts_over_after_a_pause(void **state)
{
	struct dhcp4_fsm fsm = requesting();
	struct dhcp4_reply nak = reply_for(&fsm);

	(void)state;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &nak, 5000), 0);
	assert_int_equal(fsm.state, DHCP4_INIT);
	assert_in_range(fsm.wake_ms, 6000, 70000);
	assert_int_equal(tick(&fsm), DHCP4_SEND);
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
			 DHCP4_APPLY);
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
	reply.lease.server_be = OTHER_SERVER;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &reply, fsm.wake_ms),
			 DHCP4_APPLY);
	assert_int_equal(fsm.lease.server_be, OTHER_SERVER);
	tick(&fsm);
	reply.xid = fsm.xid;
	assert_int_equal(dhcp4_fsm_step(&fsm, DHCP4_REFUSED, &reply, fsm.wake_ms),
			 DHCP4_DROP);
	assert_int_equal(fsm.state, DHCP4_INIT);
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

		ack.lease.renewal_s = rows[i].t1_s;
		ack.lease.rebinding_s = rows[i].t2_s;
		dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, &ack, 2000);
		assert_int_equal(fsm.wake_ms, 2000 + rows[i].expect_t1_s * 1000);
	}
}

static void a_lease_may_be_for_ever(void **state)
{
	struct dhcp4_fsm fsm = bound_for(DHCP4_FOREVER);

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

static void the_command_line_goes_before_the_lease(void **state)
{
	struct plan plan = { .nameserver_be = { htonl(1) } };
	struct ip_param row = {
		.gateway_be = htonl(0x0a0000fe),
		.host = "box.example",
		.dns_be = { htonl(1) },
	};
	struct dhcp4_lease lease = {
		.address_be = ADDRESS,
		.prefix_len = 24,
		.router_be = SERVER,
		.dns_be = { htonl(2), htonl(3) },
		.lease_s = 60,
		.hostname = "other",
	};
	struct settings settings;

	(void)state;
	settings_make(&plan, &row, &lease, &settings);
	assert_int_equal(settings.address_be, ADDRESS);
	assert_int_equal(settings_gateway_be(&settings), htonl(0x0a0000fe));
	assert_int_equal(settings.dns_be[0], htonl(1));
	assert_int_equal(settings.dns_be[1], htonl(2));
	assert_string_equal(settings.hostname, "box");
	assert_string_equal(settings.domain, "example");

	row = (struct ip_param){ 0 };
	settings_make(&plan, &row, &lease, &settings);
	assert_int_equal(settings_gateway_be(&settings), SERVER);
	assert_string_equal(settings.hostname, "other");

	lease.routes.count = 1; /* classless routes without a default: there is none */
	lease.routes.rows[0] = (struct dhcp4_route){ htonl(0xc0000200), SERVER, 24 };
	settings_make(&plan, &row, &lease, &settings);
	assert_int_equal(settings_gateway_be(&settings), 0);
	assert_int_equal(settings.routes.count, 1);
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
		cmocka_unit_test(a_refusal_starts_over_after_a_pause),
		cmocka_unit_test(a_lease_is_renewed_rebound_and_lost_in_its_time),
		cmocka_unit_test(a_renewal_counts_from_its_request),
		cmocka_unit_test(any_server_may_rebind_and_a_refusal_drops),
		cmocka_unit_test(renewals_are_no_oftener_than_once_a_minute),
		cmocka_unit_test(times_of_the_server_are_taken_if_they_make_sense),
		cmocka_unit_test(a_lease_may_be_for_ever),
		cmocka_unit_test(a_timer_that_comes_late_skips_states),
		cmocka_unit_test(the_command_line_goes_before_the_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
