#include "netcfg/dhcp6_fsm.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static struct dhcp6_reply reply_for(const struct dhcp6_fsm *fsm)
{
	struct dhcp6_reply reply = {
		.xid = fsm->xid,
		.server = { .len = 2, .bytes = { 0, 1 } },
		.lease = { .lease_s = 3600, .prefix_len = 128 },
	};

	assert_int_equal(ip_parse("2001:db8::77", &reply.lease.address), 0);
	return reply;
}

static unsigned tick(struct dhcp6_fsm *fsm)
{
	return dhcp6_fsm_step(fsm, DHCP6_TIMER, NULL, fsm->wake_ms);
}

static unsigned type(const struct dhcp6_fsm *fsm)
{
	return dhcp6_fsm_request(fsm, fsm->started_ms).type;
}

static struct dhcp6_fsm soliciting(void)
{
	struct dhcp6_fsm fsm;

	dhcp6_fsm_init(&fsm, false, 42, 1000);
	assert_int_equal(fsm.wake_ms, 1000);
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	assert_int_equal(fsm.state, DHCP6_SOLICITING);
	return fsm;
}

static struct dhcp6_fsm requesting(void)
{
	struct dhcp6_fsm fsm = soliciting();
	struct dhcp6_reply advertise = reply_for(&fsm);

	advertise.preference = 255;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &advertise, 2000),
			 DHCP6_SEND);
	assert_int_equal(fsm.state, DHCP6_REQUESTING);
	return fsm;
}

static struct dhcp6_fsm bound_for(uint32_t lease_s)
{
	struct dhcp6_fsm fsm = requesting();
	struct dhcp6_reply reply = reply_for(&fsm);

	reply.lease.lease_s = lease_s;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 2100), DHCP6_APPLY);
	assert_int_equal(fsm.state, DHCP6_BOUND);
	return fsm;
}

static void each_state_sends_its_own_message(void **state)
{
	struct dhcp6_fsm fsm = soliciting();
	struct dhcp6_request request = dhcp6_fsm_request(&fsm, 4990);

	(void)state;
	assert_int_equal(request.type, DHCP6_SOLICIT);
	assert_int_equal(request.elapsed_cs, 399);
	assert_true(request.has_ia);
	assert_null(request.server);
	assert_int_equal(request.address.family, IP_NONE);

	fsm = requesting();
	request = dhcp6_fsm_request(&fsm, 2000);
	assert_int_equal(request.type, DHCP6_REQUEST);
	assert_int_equal(request.server->len, 2);
	assert_int_equal(request.address.bytes[15], 0x77);

	fsm = bound_for(3600);
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	request = dhcp6_fsm_request(&fsm, fsm.wake_ms);
	assert_int_equal(request.type, DHCP6_RENEW);
	assert_non_null(request.server);

	fsm.wake_ms = fsm.rebind_ms;
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	request = dhcp6_fsm_request(&fsm, fsm.wake_ms);
	assert_int_equal(request.type, DHCP6_REBIND);
	assert_null(request.server);
	assert_int_equal(request.address.bytes[15], 0x77);

	dhcp6_fsm_init(&fsm, true, 42, 0);
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	request = dhcp6_fsm_request(&fsm, 0);
	assert_int_equal(request.type, DHCP6_INFORMATION_REQUEST);
	assert_false(request.has_ia);
	request = dhcp6_fsm_request(&fsm, 86400000);
	assert_int_equal(request.elapsed_cs, 0xffff);
}

/* RFC 8415, 15 and 18.2.1: the first wait is more than a second, never less */
static void solicits_double_with_jitter_up_to_two_minutes(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 200; seed++) {
		struct dhcp6_fsm fsm;
		uint64_t before_ms = 0;

		dhcp6_fsm_init(&fsm, false, seed, 0);
		tick(&fsm);
		assert_in_range(fsm.wake_ms, 1001, 1102);
		for (int i = 0; i < 12; i++) {
			uint64_t wait_ms = fsm.wake_ms - before_ms;
			uint64_t sent_ms = fsm.wake_ms;
			uint32_t xid = fsm.xid;

			assert_int_equal(tick(&fsm), DHCP6_SEND);
			assert_int_equal(fsm.xid, xid);
			if (2 * wait_ms < 108000)
				assert_in_range(fsm.wake_ms - sent_ms,
						wait_ms * 19 / 10 - 1,
						wait_ms * 21 / 10 + 1);
			assert_true(fsm.wake_ms - sent_ms <= 132000);
			before_ms = sent_ms;
		}
		assert_true(fsm.wake_ms - before_ms >= 108000);
	}
}

static void a_server_may_slow_us_down_within_bounds(void **state)
{
	static const struct {
		uint32_t seconds;
		uint64_t max_ms;
	} rows[] = { { 0, 120000 },
		     { 59, 120000 },
		     { 60, 60000 },
		     { 3600, 3600000 },
		     { 86401, 120000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp6_fsm fsm = soliciting();
		struct dhcp6_reply refusal = reply_for(&fsm);

		refusal.status = DHCP6_NO_ADDRS_AVAIL;
		refusal.solicit_max_s = rows[i].seconds;
		assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &refusal, 1100),
				 0);
		assert_int_equal(fsm.solicit_max_ms, rows[i].max_ms);
	}
}

static void the_server_of_the_highest_preference_is_asked(void **state)
{
	struct dhcp6_fsm fsm = soliciting();
	struct dhcp6_reply first = reply_for(&fsm), second = first, third = first;

	(void)state;
	second.server.bytes[1] = 2;
	second.preference = 9;
	third.server.bytes[1] = 3;
	third.preference = 9;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &first, 1010), 0);
	assert_int_equal(fsm.wake_ms, 1210);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &second, 1020), 0);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &third, 1030), 0);
	assert_int_equal(fsm.wake_ms, 1210);
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	assert_int_equal(type(&fsm), DHCP6_REQUEST);
	assert_int_equal(dhcp6_fsm_request(&fsm, 1300).server->bytes[1], 2);
}

static void a_server_that_answers_late_is_asked_at_once(void **state)
{
	struct dhcp6_fsm fsm = soliciting();
	struct dhcp6_reply advertise;

	(void)state;
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	advertise = reply_for(&fsm);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &advertise, 2500),
			 DHCP6_SEND);
	assert_int_equal(fsm.state, DHCP6_REQUESTING);
}

static void rapid_commit_saves_a_round_trip(void **state)
{
	struct dhcp6_fsm fsm = soliciting();
	struct dhcp6_reply reply = reply_for(&fsm);

	(void)state;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 1010), 0);
	reply.is_rapid = true;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 1010), DHCP6_APPLY);
	assert_int_equal(fsm.state, DHCP6_BOUND);
}

static void a_reply_that_does_not_fit_changes_nothing(void **state)
{
	struct dhcp6_fsm fsm = requesting(), before = fsm;
	struct dhcp6_reply good = reply_for(&fsm), reply;

	(void)state;
#define IGNORED(change)                                                                 \
	do {                                                                            \
		reply = good;                                                           \
		change;                                                                 \
		assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 2100), 0); \
		assert_memory_equal(&fsm, &before, sizeof(fsm));                        \
	} while (0)
	IGNORED(reply.xid++);
	IGNORED(reply.server.bytes[0]++);
	IGNORED(reply.server.len++);
	IGNORED(reply.lease.address.family = IP_NONE);
	IGNORED(reply.lease.lease_s = 9);
	IGNORED(reply.status = DHCP6_UNSPEC_FAIL);
	IGNORED(reply.status = DHCP6_USE_MULTICAST);
	IGNORED(reply.status = 4711);
#undef IGNORED
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_ADVERTISED, &good, 2100), 0);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_CONFLICT, NULL, 2100), 0);
}

static void nothing_is_an_answer_before_there_is_a_question(void **state)
{
	struct dhcp6_fsm fsm;
	struct dhcp6_reply reply;

	(void)state;
	dhcp6_fsm_init(&fsm, false, 42, 1000);
	reply = reply_for(&fsm);
	reply.is_rapid = true;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 1000), 0);
}

static void a_refused_request_is_solicited_again_but_not_at_once(void **state)
{
	static const uint16_t statuses[] = { DHCP6_NO_ADDRS_AVAIL, DHCP6_NOT_ON_LINK,
					     DHCP6_NO_BINDING };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct dhcp6_fsm fsm = requesting();
		struct dhcp6_reply reply = reply_for(&fsm);

		reply.status = statuses[i];
		assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 3000), 0);
		assert_true(fsm.wake_ms > 3900);
		assert_int_equal(tick(&fsm), DHCP6_SEND);
		assert_int_equal(type(&fsm), DHCP6_SOLICIT);
	}
}

static void a_silent_server_is_given_up_after_ten_requests(void **state)
{
	struct dhcp6_fsm fsm = requesting();

	(void)state;
	for (int i = 1; i < 10; i++) {
		assert_int_equal(tick(&fsm), DHCP6_SEND);
		assert_int_equal(type(&fsm), DHCP6_REQUEST);
	}
	assert_int_equal(tick(&fsm), 0);
	assert_int_equal(tick(&fsm), DHCP6_SEND);
	assert_int_equal(type(&fsm), DHCP6_SOLICIT);
}

static void a_lease_is_renewed_then_rebound_then_lost(void **state)
{
	struct dhcp6_fsm fsm = bound_for(3600);
	unsigned renewals = 0, rebinds = 0, actions = 0;

	(void)state;
	/* counted from the REQUEST at 2000 */
	assert_int_equal(fsm.renew_ms, 2000 + 1800000);
	assert_int_equal(fsm.rebind_ms, 2000 + 2880000);
	assert_int_equal(fsm.expire_ms, 2000 + 3600000);
	assert_int_equal(fsm.wake_ms, fsm.renew_ms);
	while (!(actions & DHCP6_DROP)) {
		uint64_t now_ms = fsm.wake_ms;

		actions = tick(&fsm);
		assert_true(actions & DHCP6_SEND);
		assert_true(fsm.wake_ms > now_ms);
		renewals += fsm.state == DHCP6_RENEWING;
		rebinds += fsm.state == DHCP6_REBINDING;
	}
	assert_int_equal(fsm.state, DHCP6_SOLICITING);
	assert_in_range(renewals, 5, 12);
	assert_in_range(rebinds, 4, 12);
}

static void a_renewal_counts_from_its_own_start(void **state)
{
	struct dhcp6_fsm fsm = bound_for(3600);
	struct dhcp6_reply reply;
	uint64_t sent_ms = fsm.wake_ms;

	(void)state;
	tick(&fsm);
	reply = reply_for(&fsm);
	reply.renewal_s = 100;
	reply.rebinding_s = 200;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, sent_ms + 9),
			 DHCP6_APPLY);
	assert_int_equal(fsm.renew_ms, sent_ms + 100000);
	assert_int_equal(fsm.rebind_ms, sent_ms + 200000);
	assert_int_equal(fsm.expire_ms, sent_ms + 3600000);
}

static void any_server_may_rebind(void **state)
{
	struct dhcp6_fsm fsm = bound_for(3600);
	struct dhcp6_reply reply;

	(void)state;
	fsm.wake_ms = fsm.rebind_ms;
	tick(&fsm);
	reply = reply_for(&fsm);
	reply.server.bytes[1] = 9;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, fsm.rebind_ms + 9),
			 DHCP6_APPLY);
	assert_int_equal(fsm.server.bytes[1], 9);
}

/* RFC 8415, 18.2.10.1 */
static void a_server_that_forgot_us_is_requested_again(void **state)
{
	struct dhcp6_fsm fsm = bound_for(3600);
	struct dhcp6_reply reply;

	(void)state;
	tick(&fsm);
	reply = reply_for(&fsm);
	reply.status = DHCP6_NO_BINDING;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, fsm.wake_ms),
			 DHCP6_SEND);
	assert_int_equal(type(&fsm), DHCP6_REQUEST);
	assert_int_equal(dhcp6_fsm_request(&fsm, fsm.wake_ms).address.bytes[15], 0x77);
}

static void times_that_make_no_sense_are_mended(void **state)
{
	static const struct {
		uint32_t lease_s, t1_s, t2_s;
		uint64_t renew_ms, rebind_ms;
	} rows[] = {
		{ 3600, 0, 0, 1800000, 2880000 }, { 3600, 7200, 9000, 1800000, 2880000 },
		{ 3600, 10, 0, 10000, 2880000 },  { 3600, 0, 60, 37000, 60000 },
		{ 10, 1, 1, 5000, 5000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp6_fsm fsm = requesting();
		struct dhcp6_reply reply = reply_for(&fsm);

		reply.lease.lease_s = rows[i].lease_s;
		reply.renewal_s = rows[i].t1_s;
		reply.rebinding_s = rows[i].t2_s;
		dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 2100);
		assert_int_equal(fsm.rebind_ms, 2000 + rows[i].rebind_ms);
		assert_int_equal(fsm.renew_ms, 2000 + rows[i].renew_ms);
	}
}

static void an_endless_lease_is_left_alone(void **state)
{
	struct dhcp6_fsm fsm = bound_for(LEASE_FOREVER);

	(void)state;
	assert_true(fsm.wake_ms == DHCP6_NEVER);
}

static void an_address_of_another_machine_is_declined(void **state)
{
	struct dhcp6_fsm fsm = bound_for(3600);
	struct dhcp6_request request;
	struct dhcp6_reply reply;

	(void)state;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_CONFLICT, NULL, 3000),
			 DHCP6_DROP | DHCP6_SEND);
	request = dhcp6_fsm_request(&fsm, 3000);
	assert_int_equal(request.type, DHCP6_DECLINE);
	assert_int_equal(request.address.bytes[15], 0x77);
	assert_non_null(request.server);
	for (int i = 1; i < 4; i++) {
		assert_int_equal(tick(&fsm), DHCP6_SEND);
		assert_int_equal(type(&fsm), DHCP6_DECLINE);
	}
	reply = reply_for(&fsm);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 9000), DHCP6_SEND);
	assert_int_equal(type(&fsm), DHCP6_SOLICIT);
}

static void options_alone_are_refreshed(void **state)
{
	struct dhcp6_fsm fsm;
	struct dhcp6_reply reply;

	(void)state;
	dhcp6_fsm_init(&fsm, true, 42, 0);
	tick(&fsm);
	reply = reply_for(&fsm);
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 100), DHCP6_APPLY);
	assert_int_equal(fsm.lease.address.family, IP_NONE);
	assert_int_equal(fsm.wake_ms, 100 + 86400000);
	tick(&fsm);
	assert_int_equal(fsm.state, DHCP6_INFORMING);
	reply = reply_for(&fsm);
	reply.refresh_s = 1;
	assert_int_equal(dhcp6_fsm_step(&fsm, DHCP6_REPLIED, &reply, 200), DHCP6_APPLY);
	assert_int_equal(fsm.wake_ms, 200 + 600000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_sends_its_own_message),
		cmocka_unit_test(solicits_double_with_jitter_up_to_two_minutes),
		cmocka_unit_test(a_server_may_slow_us_down_within_bounds),
		cmocka_unit_test(the_server_of_the_highest_preference_is_asked),
		cmocka_unit_test(a_server_that_answers_late_is_asked_at_once),
		cmocka_unit_test(rapid_commit_saves_a_round_trip),
		cmocka_unit_test(a_reply_that_does_not_fit_changes_nothing),
		cmocka_unit_test(nothing_is_an_answer_before_there_is_a_question),
		cmocka_unit_test(a_refused_request_is_solicited_again_but_not_at_once),
		cmocka_unit_test(a_silent_server_is_given_up_after_ten_requests),
		cmocka_unit_test(a_lease_is_renewed_then_rebound_then_lost),
		cmocka_unit_test(a_renewal_counts_from_its_own_start),
		cmocka_unit_test(any_server_may_rebind),
		cmocka_unit_test(a_server_that_forgot_us_is_requested_again),
		cmocka_unit_test(times_that_make_no_sense_are_mended),
		cmocka_unit_test(an_endless_lease_is_left_alone),
		cmocka_unit_test(an_address_of_another_machine_is_declined),
		cmocka_unit_test(options_alone_are_refreshed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
