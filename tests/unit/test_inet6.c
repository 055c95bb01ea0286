#include "netcfg/inet6.h"
#include "netcfg/inet6_solicit.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/rtnl_message.h"

#include <errno.h>

/* wrap: inet6_solicit dhcp6_client_start dhcp6_client_timer dhcp6_client_input dhcp6_client_conflict */
/* wrap: netlink_open netlink_send netlink_receive */

#define LOCAL	"fe80::1"
#define ADDRESS "2001:db8::77"
#define BY_DHCP "2001:db8::123"
#define RDNSS	"\x19\3\0\0\0\0\7\x8\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"

static struct netlink_request request;
static char text[IP_TEXT_SIZE];
static unsigned solicited;
static unsigned dhcp_says; /* what the next call of the client returns */

int __wrap_netlink_open(struct netlink *nl, uint32_t groups);
int __wrap_netlink_open(struct netlink *nl, uint32_t groups)
{
	(void)groups;
	nl->fd = -1;
	return 0;
}

int __wrap_netlink_send(struct netlink *nl, struct netlink_request *r);
int __wrap_netlink_send(struct netlink *nl, struct netlink_request *r)
{
	(void)nl;
	(void)r;
	return 0;
}

ssize_t __wrap_netlink_receive(struct netlink *nl, void *data, size_t size);
ssize_t __wrap_netlink_receive(struct netlink *nl, void *data, size_t size)
{
	(void)nl;
	(void)data;
	(void)size;
	return -EAGAIN;
}

int __wrap_inet6_solicit(int index);
int __wrap_inet6_solicit(int index)
{
	assert_int_equal(index, INDEX);
	solicited++;
	return 0;
}

int __wrap_dhcp6_client_start(struct dhcp6_client *client, bool is_stateless,
			      uint64_t now_ms);
int __wrap_dhcp6_client_start(struct dhcp6_client *client, bool is_stateless,
			      uint64_t now_ms)
{
	client->fd = 100;
	client->is_stateless = is_stateless;
	dhcp6_fsm_init(&client->fsm, is_stateless, 1, now_ms);
	return 0;
}

unsigned __wrap_dhcp6_client_timer(struct dhcp6_client *client, uint64_t now_ms);
unsigned __wrap_dhcp6_client_timer(struct dhcp6_client *client, uint64_t now_ms)
{
	(void)now_ms;
	client->fsm.wake_ms = INET6_NEVER;
	return 0;
}

unsigned __wrap_dhcp6_client_input(struct dhcp6_client *client, uint64_t now_ms);
unsigned __wrap_dhcp6_client_input(struct dhcp6_client *client, uint64_t now_ms)
{
	struct lease *lease = &client->fsm.lease;

	(void)now_ms;
	if (!(dhcp_says & DHCP6_APPLY))
		return dhcp_says;
	if (client->is_stateless)
		client->fsm.state = DHCP6_INFORMED;
	else
		ip_parse(BY_DHCP, &lease->address);
	lease->prefix_len = 128;
	lease->lease_s = 60;
	ip_parse("2001:db8::d", &lease->dns[0]);
	return dhcp_says;
}

unsigned __wrap_dhcp6_client_conflict(struct dhcp6_client *client, uint64_t now_ms);
unsigned __wrap_dhcp6_client_conflict(struct dhcp6_client *client, uint64_t now_ms)
{
	(void)client;
	(void)now_ms;
	return DHCP6_DROP;
}

static struct inet6 started(enum inet6_mode mode)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct inet6 inet6;

	solicited = 0;
	inet6_init(&inet6, INDEX, "eth0", mac, mode);
	assert_int_equal(inet6_start(&inet6, 1000), 0);
	assert_int_equal(inet6.wake_ms, 1000);
	assert_int_equal(inet6_timer(&inet6, 1000), 0);
	return inet6;
}

static unsigned tell(struct inet6 *inet6, uint64_t now_ms)
{
	struct netlink_message message = to_message(&request);

	return inet6_message(inet6, &message, now_ms);
}

static unsigned address(struct inet6 *inet6, uint16_t type, const char *ip,
			uint8_t prefix_len, uint32_t flags, uint64_t now_ms)
{
	make_address(&request, type, ip, prefix_len, flags);
	return tell(inet6, now_ms);
}

static unsigned gain(struct inet6 *inet6, const char *ip, uint64_t now_ms)
{
	return address(inet6, RTM_NEWADDR, ip, 64, 0, now_ms);
}

static unsigned router_flags(struct inet6 *inet6, uint32_t flags, uint64_t now_ms)
{
	make_flags(&request, flags);
	return tell(inet6, now_ms);
}

static unsigned dhcp(struct inet6 *inet6, unsigned says, uint64_t now_ms)
{
	dhcp_says = says;
	return inet6_input(inet6, now_ms);
}

static const char *leased(const struct inet6 *inet6)
{
	return ip_format(text, &inet6->lease.address);
}

static void routers_are_asked_until_one_is_heard(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	assert_int_equal(solicited, 1);
	assert_int_equal(inet6.wake_ms, 1500);
	inet6_timer(&inet6, 1500);
	inet6_timer(&inet6, 3000);
	assert_int_equal(solicited, 3);
	assert_true(inet6.wake_ms == INET6_NEVER);

	inet6 = started(INET6_AUTO);
	router_flags(&inet6, 0x40, 1100);
	inet6_timer(&inet6, 1500);
	assert_int_equal(solicited, 1);
	assert_true(inet6.wake_ms == INET6_NEVER);
	gain(&inet6, LOCAL, 1600);
	assert_int_equal(solicited, 1);
}

/* The carrier is there before the kernel lets packets out. */
static void routers_are_asked_when_the_link_is_ready(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	inet6_timer(&inet6, 1500);
	gain(&inet6, LOCAL, 1600);
	assert_int_equal(solicited, 3);
	assert_int_equal(inet6.wake_ms, 2100);
	gain(&inet6, LOCAL, 1700);
	assert_int_equal(solicited, 3);
}

static void an_address_by_a_router_is_told_once_and_again_when_it_changes(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	make_option(&request, RDNSS, sizeof(RDNSS) - 1);
	assert_int_equal(tell(&inet6, 1010), 0);
	assert_int_equal(gain(&inet6, LOCAL, 1010), 0);
	assert_int_equal(gain(&inet6, ADDRESS, 1010), INET6_APPLY);
	assert_false(inet6.is_by_dhcp);
	assert_string_equal(leased(&inet6), ADDRESS);
	assert_int_equal(inet6.lease.prefix_len, 64);
	assert_string_equal(ip_format(text, &inet6.lease.dns[0]), "2001:db8::53");
	assert_int_equal(gain(&inet6, ADDRESS, 2000), 0);
	make_default_route(&request, RTM_NEWROUTE, LOCAL);
	assert_int_equal(tell(&inet6, 2000), INET6_APPLY);
	assert_int_equal(tell(&inet6, 2000), 0);
	assert_int_equal(address(&inet6, RTM_DELADDR, ADDRESS, 64, 0, 3000), INET6_DROP);
	assert_int_equal(inet6_timer(&inet6, 3000), 0);
	assert_int_equal(gain(&inet6, ADDRESS, 4000), INET6_APPLY);
}

static void
dhcp_starts_when_the_router_says_so_and_there_is_an_address_to_ask_from(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	router_flags(&inet6, 0x40, 1010);
	assert_int_equal(inet6.fd, -1);
	gain(&inet6, LOCAL, 1020);
	assert_int_equal(inet6.fd, 100);
	assert_false(inet6.dhcp.is_stateless);

	inet6 = started(INET6_AUTO);
	gain(&inet6, LOCAL, 1020);
	assert_int_equal(inet6.fd, -1);
	router_flags(&inet6, 0x80, 1030);
	assert_true(inet6.dhcp.is_stateless);
	router_flags(&inet6, 0xc0, 1040);
	assert_false(inet6.dhcp.is_stateless);
}

static void dhcp6_does_not_wait_for_the_router(void **state)
{
	struct inet6 inet6 = started(INET6_DHCP);

	(void)state;
	gain(&inet6, LOCAL, 1010);
	assert_int_equal(inet6.fd, 100);
	assert_int_equal(gain(&inet6, ADDRESS, 1020), 0);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 1030), INET6_APPLY);
	assert_true(inet6.is_by_dhcp);
	assert_string_equal(leased(&inet6), BY_DHCP);
}

static void a_renewal_is_told(void **state)
{
	struct inet6 inet6 = started(INET6_DHCP);

	(void)state;
	gain(&inet6, LOCAL, 1010);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 1030), INET6_APPLY);
	assert_int_equal(dhcp(&inet6, 0, 1040), 0);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 31030), INET6_APPLY);
}

static void a_lease_that_is_lost_leaves_the_address_of_the_router(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	gain(&inet6, LOCAL, 1010);
	router_flags(&inet6, 0x40, 1010);
	assert_int_equal(gain(&inet6, ADDRESS, 1020), INET6_APPLY);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 1030), INET6_APPLY);
	assert_true(inet6.is_by_dhcp);
	assert_int_equal(dhcp(&inet6, DHCP6_DROP, 61030), INET6_DROP);
	assert_true(inet6.is_by_dhcp);
	assert_string_equal(leased(&inet6), BY_DHCP);
	assert_int_equal(inet6.wake_ms, 61030);
	assert_int_equal(inet6_timer(&inet6, 61030), INET6_APPLY);
	assert_false(inet6.is_by_dhcp);
	assert_string_equal(leased(&inet6), ADDRESS);
	assert_int_equal(inet6.lease.dns[0].family, IP_NONE);
}

static void an_address_waits_for_the_name_servers_of_stateless_dhcp(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	gain(&inet6, LOCAL, 1010);
	router_flags(&inet6, 0x80, 1010);
	assert_int_equal(gain(&inet6, ADDRESS, 1020), 0);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 1030), INET6_APPLY);
	assert_false(inet6.is_by_dhcp);
	assert_string_equal(leased(&inet6), ADDRESS);
	assert_string_equal(ip_format(text, &inet6.lease.dns[0]), "2001:db8::d");

	/* but not for ever, and not when the router has said them itself */
	inet6 = started(INET6_AUTO);
	gain(&inet6, LOCAL, 1010);
	router_flags(&inet6, 0x80, 1010);
	assert_int_equal(gain(&inet6, ADDRESS, 1020), 0);
	inet6_timer(&inet6, 1510);
	assert_int_equal(inet6.wake_ms, 2020);
	assert_int_equal(inet6_timer(&inet6, 2020), INET6_APPLY);
	inet6 = started(INET6_AUTO);
	router_flags(&inet6, 0x80, 1010);
	make_option(&request, RDNSS, sizeof(RDNSS) - 1);
	tell(&inet6, 1010);
	assert_int_equal(gain(&inet6, ADDRESS, 1020), INET6_APPLY);
}

static void either6_asks_by_dhcp_when_no_router_gives_an_address(void **state)
{
	struct inet6 inet6 = started(INET6_EITHER);

	(void)state;
	gain(&inet6, LOCAL, 1010);
	for (uint64_t now_ms = 1010; now_ms < 5000; now_ms = inet6.wake_ms) {
		assert_int_equal(inet6.fd, -1);
		inet6_timer(&inet6, now_ms);
	}
	assert_int_equal(inet6.wake_ms, 5000);
	inet6_timer(&inet6, 5000);
	assert_int_equal(inet6.fd, 100);

	inet6 = started(INET6_EITHER);
	gain(&inet6, LOCAL, 1010);
	gain(&inet6, ADDRESS, 1010);
	inet6_timer(&inet6, 9000);
	assert_int_equal(inet6.fd, -1);
}

static void link6_wants_nothing_more(void **state)
{
	struct inet6 inet6 = started(INET6_LINK);

	(void)state;
	assert_int_equal(solicited, 0);
	router_flags(&inet6, 0xc0, 1010);
	assert_int_equal(gain(&inet6, LOCAL, 1010), INET6_APPLY);
	assert_string_equal(leased(&inet6), LOCAL);
	assert_true(inet6.lease.lease_s == LEASE_FOREVER);
	assert_int_equal(gain(&inet6, ADDRESS, 1010), 0);
	assert_int_equal(inet6.fd, -1);
}

static void an_address_of_another_machine_is_dropped_and_declined(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	assert_int_equal(gain(&inet6, ADDRESS, 1010), INET6_APPLY);
	assert_int_equal(address(&inet6, RTM_DELADDR, ADDRESS, 64, IFA_F_DADFAILED, 2010),
			 INET6_DROP | INET6_FAILED);

	inet6 = started(INET6_DHCP);
	gain(&inet6, LOCAL, 1010);
	assert_int_equal(dhcp(&inet6, DHCP6_APPLY, 1030), INET6_APPLY);
	assert_int_equal(address(&inet6, RTM_DELADDR, BY_DHCP, 128, IFA_F_DADFAILED,
				 2010),
			 INET6_DROP | INET6_FAILED);
}

static void stopped_it_hears_nothing(void **state)
{
	struct inet6 inet6 = started(INET6_AUTO);

	(void)state;
	gain(&inet6, ADDRESS, 1010);
	inet6_stop(&inet6);
	assert_true(inet6.wake_ms == INET6_NEVER);
	assert_int_equal(address(&inet6, RTM_DELADDR, ADDRESS, 64, 0, 1020), 0);
	assert_int_equal(inet6_timer(&inet6, 1020), 0);
	assert_int_equal(inet6_input(&inet6, 1020), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routers_are_asked_until_one_is_heard),
		cmocka_unit_test(routers_are_asked_when_the_link_is_ready),
		cmocka_unit_test(
			an_address_by_a_router_is_told_once_and_again_when_it_changes),
		cmocka_unit_test(
			dhcp_starts_when_the_router_says_so_and_there_is_an_address_to_ask_from),
		cmocka_unit_test(dhcp6_does_not_wait_for_the_router),
		cmocka_unit_test(a_renewal_is_told),
		cmocka_unit_test(a_lease_that_is_lost_leaves_the_address_of_the_router),
		cmocka_unit_test(an_address_waits_for_the_name_servers_of_stateless_dhcp),
		cmocka_unit_test(either6_asks_by_dhcp_when_no_router_gives_an_address),
		cmocka_unit_test(link6_wants_nothing_more),
		cmocka_unit_test(an_address_of_another_machine_is_dropped_and_declined),
		cmocka_unit_test(stopped_it_hears_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
