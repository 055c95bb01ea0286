#include "netcfg/inet6_view.h"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/rtnl_message.h"

#define LOCAL	"fe80::1"
#define ADDRESS "2001:db8::77"
#define RDNSS(lifetime, last) \
	"\x19\3\0\0" lifetime "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0" last
#define DNSSL(lifetime) "\x1f\3\0\0" lifetime "\3lab\7example\0\0\0\0"

static struct netlink_request request;
static char text[IP_TEXT_SIZE];

static unsigned tell(struct inet6_view *view, uint64_t now_ms)
{
	struct netlink_message message = to_message(&request);

	return inet6_view_message(view, &message, now_ms);
}

static unsigned address(struct inet6_view *view, uint16_t type, const char *ip,
			uint32_t flags)
{
	make_address(&request, type, ip, 64, flags);
	return tell(view, 0);
}

static unsigned option(struct inet6_view *view, const char *bytes, size_t len,
		       uint64_t now_ms)
{
	make_option(&request, bytes, len);
	return tell(view, now_ms);
}

#define OPTION(view, bytes, now_ms) option((view), (bytes), sizeof(bytes) - 1, (now_ms))

static struct inet6_view new_view(void)
{
	struct inet6_view view;

	inet6_view_init(&view, INDEX);
	return view;
}

static void an_address_counts_when_it_may_be_used(void **state)
{
	struct inet6_view view = new_view();

	(void)state;
	assert_int_equal(address(&view, RTM_NEWADDR, LOCAL, IFA_F_TENTATIVE), 0);
	assert_int_equal(view.link_local.family, IP_NONE);
	assert_int_equal(address(&view, RTM_NEWADDR, LOCAL,
				 IFA_F_TENTATIVE | IFA_F_OPTIMISTIC),
			 INET6_ADDRESS);
	assert_string_equal(ip_format(text, &view.link_local), LOCAL);
	assert_int_equal(address(&view, RTM_NEWADDR, ADDRESS, 0), INET6_ADDRESS);
	assert_string_equal(ip_format(text, &view.address), ADDRESS);
	assert_int_equal(view.prefix_len, 64);
	assert_int_equal(view.lifetime_s, 7200);
	assert_int_equal(address(&view, RTM_NEWADDR, ADDRESS, 0), 0);
	/* a second one is the kernel's business */
	assert_int_equal(address(&view, RTM_NEWADDR, "2001:db8:1::77", 0), 0);
	assert_int_equal(address(&view, RTM_DELADDR, "2001:db8:1::77", 0), 0);
	assert_int_equal(address(&view, RTM_DELADDR, ADDRESS, 0), INET6_ADDRESS);
	assert_int_equal(view.address.family, IP_NONE);
	assert_int_equal(address(&view, RTM_DELADDR, LOCAL, 0), INET6_ADDRESS);
	assert_int_equal(view.link_local.family, IP_NONE);
}

static void an_address_of_another_machine_is_named(void **state)
{
	struct inet6_view view = new_view();

	(void)state;
	address(&view, RTM_NEWADDR, ADDRESS, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC);
	/* with a lifetime the kernel removes it */
	assert_int_equal(address(&view, RTM_DELADDR, ADDRESS,
				 IFA_F_TENTATIVE | IFA_F_DADFAILED),
			 INET6_ADDRESS | INET6_TAKEN);
	assert_string_equal(ip_format(text, &view.taken), ADDRESS);
	assert_int_equal(view.address.family, IP_NONE);
	/* without one it stays, for show */
	assert_int_equal(address(&view, RTM_NEWADDR, LOCAL,
				 IFA_F_TENTATIVE | IFA_F_PERMANENT | IFA_F_DADFAILED),
			 INET6_TAKEN);
	assert_int_equal(view.link_local.family, IP_NONE);
}

static void what_is_not_of_this_link_by_a_router_is_passed_over(void **state)
{
	struct inet6_view view = new_view();
	struct ifaddrmsg other = { .ifa_family = AF_INET6, .ifa_index = INDEX + 1 };
	struct ifaddrmsg ipv4 = { .ifa_family = AF_INET, .ifa_index = INDEX };

	(void)state;
	make_address(&request, RTM_NEWADDR, ADDRESS, 128, 0); /* by DHCPv6 */
	assert_int_equal(tell(&view, 0), 0);
	netlink_start(&request, RTM_NEWADDR, 0, &other, sizeof(other));
	put_address(&request, IFA_ADDRESS, ADDRESS);
	assert_int_equal(tell(&view, 0), 0);
	netlink_start(&request, RTM_NEWADDR, 0, &ipv4, sizeof(ipv4));
	put_address(&request, IFA_ADDRESS, "192.0.2.1");
	assert_int_equal(tell(&view, 0), 0);
	netlink_start(&request, RTM_NEWADDR, 0, &other, 2); /* cut */
	assert_int_equal(tell(&view, 0), 0);
	netlink_start(&request, RTM_NEWNEIGH, 0, &other, sizeof(other));
	assert_int_equal(tell(&view, 0), 0);
}

static void the_router_says_whether_there_is_dhcp(void **state)
{
	struct inet6_view view = new_view();

	(void)state;
	make_flags(&request, 0);
	assert_int_equal(tell(&view, 0), 0);
	assert_false(view.is_router_heard);
	make_flags(&request, 0x40);
	assert_int_equal(tell(&view, 0), INET6_FLAGS);
	assert_true(view.is_managed && !view.is_other && view.is_router_heard);
	assert_int_equal(tell(&view, 0), 0);
	make_flags(&request, 0x80);
	assert_int_equal(tell(&view, 0), INET6_FLAGS);
	assert_true(!view.is_managed && view.is_other);
}

static void the_default_route_names_the_router(void **state)
{
	struct inet6_view view = new_view();
	struct lease lease;

	(void)state;
	make_default_route(&request, RTM_NEWROUTE, LOCAL);
	assert_int_equal(tell(&view, 0), INET6_OPTIONS | INET6_FLAGS);
	assert_int_equal(tell(&view, 0), 0);
	inet6_view_lease(&view, &lease);
	assert_int_equal(lease.route_count, 1);
	assert_int_equal(lease.routes[0].prefix_len, 0);
	assert_string_equal(ip_format(text, &lease.routes[0].gateway), LOCAL);
	make_default_route(&request, RTM_DELROUTE, "fe80::2");
	assert_int_equal(tell(&view, 0), 0);
	make_default_route(&request, RTM_DELROUTE, LOCAL);
	assert_int_equal(tell(&view, 0), INET6_OPTIONS);
	inet6_view_lease(&view, &lease);
	assert_int_equal(lease.route_count, 0);
}

static void name_servers_last_as_long_as_the_router_says(void **state)
{
	struct inet6_view view = new_view();
	struct lease lease;

	(void)state;
	assert_false(inet6_view_has_dns(&view));
	assert_true(inet6_view_wake_ms(&view) == INET6_NEVER);
	assert_int_equal(OPTION(&view, RDNSS("\0\0\0\x3c", "\1"), 1000),
			 INET6_OPTIONS | INET6_FLAGS);
	assert_int_equal(OPTION(&view, RDNSS("\xff\xff\xff\xff", "\2"), 1000),
			 INET6_OPTIONS);
	assert_int_equal(OPTION(&view, DNSSL("\0\0\0\x1e"), 1000), INET6_OPTIONS);
	assert_true(inet6_view_has_dns(&view));
	assert_int_equal(inet6_view_wake_ms(&view), 31000);
	inet6_view_lease(&view, &lease);
	assert_string_equal(ip_format(text, &lease.dns[0]), "2001:db8::1");
	assert_string_equal(ip_format(text, &lease.dns[1]), "2001:db8::2");
	assert_string_equal(lease.domain, "lab.example");
	/* said again: it lasts longer, and that is no news */
	assert_int_equal(OPTION(&view, RDNSS("\0\0\0\x3c", "\1"), 21000), 0);
	assert_int_equal(inet6_view_expire(&view, 30999), 0);
	assert_int_equal(inet6_view_expire(&view, 31000), INET6_OPTIONS);
	assert_int_equal(inet6_view_wake_ms(&view), 81000);
	assert_int_equal(inet6_view_expire(&view, 81000), INET6_OPTIONS);
	assert_true(inet6_view_wake_ms(&view) == INET6_NEVER);
	inet6_view_lease(&view, &lease);
	assert_string_equal(ip_format(text, &lease.dns[0]), "2001:db8::2");
	assert_string_equal(lease.domain, "");
	/* withdrawn */
	assert_int_equal(OPTION(&view, RDNSS("\0\0\0\0", "\2"), 90000), INET6_OPTIONS);
	assert_int_equal(OPTION(&view, RDNSS("\0\0\0\0", "\2"), 90000), 0);
	assert_false(inet6_view_has_dns(&view));
}

static void more_name_servers_than_there_is_room_for(void **state)
{
	struct inet6_view view = new_view();

	(void)state;
	OPTION(&view, RDNSS("\0\0\0\1", "\1"), 0);
	OPTION(&view, RDNSS("\0\0\0\1", "\2"), 0);
	OPTION(&view, RDNSS("\0\0\0\1", "\3"), 0);
	OPTION(&view, RDNSS("\0\0\0\1", "\4"), 0);
	assert_int_equal(OPTION(&view, RDNSS("\0\0\0\1", "\5"), 0), 0);
}

static void an_option_that_claims_more_than_there_is(void **state)
{
	struct inet6_view view = new_view();
	struct nduseroptmsg head = { .nduseropt_family = AF_INET6,
				     .nduseropt_opts_len = 24,
				     .nduseropt_ifindex = INDEX };

	(void)state;
	netlink_start(&request, RTM_NEWNDUSEROPT, 0, &head, sizeof(head));
	assert_int_equal(tell(&view, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_counts_when_it_may_be_used),
		cmocka_unit_test(an_address_of_another_machine_is_named),
		cmocka_unit_test(what_is_not_of_this_link_by_a_router_is_passed_over),
		cmocka_unit_test(the_router_says_whether_there_is_dhcp),
		cmocka_unit_test(the_default_route_names_the_router),
		cmocka_unit_test(name_servers_last_as_long_as_the_router_says),
		cmocka_unit_test(more_name_servers_than_there_is_room_for),
		cmocka_unit_test(an_option_that_claims_more_than_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
