/* Who gets the address: a transcript of what is done to interfaces when the kernel and servers say
 * this and that. */
/* wrap: netlink_call netlink_dump report_send report_failure dhcp4_client_start dhcp4_client_stop */
/* wrap: dhcp4_client_input inet6_start fd_close */
#include "netcfg/links.h"

#include "netcfg/report.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define FD 77

static struct fixture {
	struct links links;
	struct plan plan;
	struct netcfg_request request;
	struct netlink nl;
	char said[2048];
	struct buf out;
	int call_error;		   /* the kernel's answer to the next request */
	const struct lease *lease; /* the answer to the next DHCP input */
	const struct rtnl_address_seen *before;
} f;

static const char *name_of(int index)
{
	static const char *const names[] = { "?", "lo", "eth0", "eth1", "eth2", "bond0" };

	return (size_t)index < sizeof(names) / sizeof(*names) ? names[index] : "?";
}

/* "+x" for what is done to x. */
static void say(const char *what, const char *ifname)
{
	buf_printf(&f.out, "%s%s(%s)", f.out.len ? " " : "", what, ifname);
}

int __wrap_netlink_call(struct netlink *nl, struct netlink_request *r);

int __wrap_netlink_call(struct netlink *nl, struct netlink_request *r)
{
	struct ifinfomsg info;
	struct ifaddrmsg address;
	int err = f.call_error;

	assert_ptr_equal(nl, &f.nl);
	f.call_error = 0;
	memcpy(&info, NLMSG_DATA(&r->header), sizeof(info));
	memcpy(&address, NLMSG_DATA(&r->header), sizeof(address));
	switch (r->header.nlmsg_type) {
	case RTM_NEWADDR:
		say("address", name_of((int)address.ifa_index));
		break;
	case RTM_DELADDR:
		say("no-address", name_of((int)address.ifa_index));
		break;
	case RTM_NEWROUTE:
		say("route", "");
		break;
	default:
		if (info.ifi_change)
			say(info.ifi_flags ? "up" : "down", name_of(info.ifi_index));
		else
			say(info.ifi_index ? "change" : "make", name_of(info.ifi_index));
		break;
	}
	return err;
}

int __wrap_netlink_dump(struct netlink *nl, struct netlink_request *r,
			void (*see)(void *ctx, const struct netlink_message *message),
			void *ctx);
void __wrap_report_send(int fd, const struct netcfg_report *report);
void __wrap_report_failure(int fd, const struct rtnl_link *seen, int err);
int __wrap_dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms);
void __wrap_dhcp4_client_stop(struct dhcp4_client *client);
unsigned __wrap_dhcp4_client_input(struct dhcp4_client *client, uint64_t now_ms);
int __wrap_inet6_start(struct inet6 *inet6, uint64_t now_ms);
void __wrap_fd_close(int *fd);

int __wrap_netlink_dump(struct netlink *nl, struct netlink_request *r,
			void (*see)(void *ctx, const struct netlink_message *message),
			void *ctx)
{
	struct ifaddrmsg head = { .ifa_family = AF_INET,
				  .ifa_prefixlen = 24,
				  .ifa_flags = IFA_F_PERMANENT };
	struct netlink_request answer;
	struct netlink_message message;

	(void)nl;
	if (r->header.nlmsg_type != RTM_GETADDR || !f.before)
		return 0;
	head.ifa_index = (uint32_t)f.before->index;
	netlink_start(&answer, RTM_NEWADDR, 0, &head, sizeof(head));
	netlink_put(&answer, IFA_LOCAL, f.before->address.bytes, 4);
	message = (struct netlink_message){
		RTM_NEWADDR, cursor_over(answer.bytes + NLMSG_HDRLEN,
					 answer.header.nlmsg_len - NLMSG_HDRLEN)
	};
	see(ctx, &message);
	return 0;
}

void __wrap_report_send(int fd, const struct netcfg_report *report)
{
	static const char *const states[] = { "",	"DOWN",	   "NO-CARRIER",
					      "ASKING", "PROBING", "READY" };

	assert_int_equal(fd, FD);
	if (report->kind == NETCFG_STATE)
		say(states[report->state], report->ifname);
	else if (report->kind == NETCFG_CONFIGURED)
		say(report->method == NETCFG_KERNEL ? "KERNEL" : "CONFIGURED",
		    report->ifname);
	else if (report->kind == NETCFG_FAILED)
		say("FAILED", report->ifname);
}

void __wrap_report_failure(int fd, const struct rtnl_link *seen, int err)
{
	assert_int_equal(fd, FD);
	assert_true(err < 0);
	say("FAILED", seen->name);
}

int __wrap_dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms)
{
	(void)now_ms;
	say("dhcp", client->ifname);
	client->fd = 1000 + client->index;
	client->fsm.wake_ms = DHCP4_NEVER;
	return 0;
}

void __wrap_dhcp4_client_stop(struct dhcp4_client *client)
{
	if (client->fd >= 0)
		say("no-dhcp", client->ifname);
	client->fd = -1;
}

unsigned __wrap_dhcp4_client_input(struct dhcp4_client *client, uint64_t now_ms)
{
	(void)now_ms;
	if (!f.lease)
		return DHCP4_DROP;
	client->lease = *f.lease;
	return DHCP4_APPLY;
}

int __wrap_inet6_start(struct inet6 *inet6, uint64_t now_ms)
{
	(void)now_ms;
	say("inet6", inet6->ifname);
	return 0;
}

/* Nothing is open here: what is closed would be somebody else's. */
void __wrap_fd_close(int *fd)
{
	assert_int_equal(*fd, -1);
}

/* ---- what happens */

static const char *heard(void)
{
	static char copy[sizeof(f.said)];

	memcpy(copy, f.said, sizeof(copy));
	f.out = BUF_OVER(f.said);
	return copy;
}

static void send_message(struct netlink_request *r)
{
	struct netlink_message message = {
		r->header.nlmsg_type,
		cursor_over(r->bytes + NLMSG_HDRLEN, r->header.nlmsg_len - NLMSG_HDRLEN)
	};

	links_message(&f.links, &message, 0);
}

static void tell_link(uint16_t type, int index, const char *name, unsigned flags)
{
	struct ifinfomsg info = { .ifi_type = ARPHRD_ETHER,
				  .ifi_index = index,
				  .ifi_flags = flags };
	uint8_t mac[6] = { 2, 0, 0, 0, 0, (uint8_t)index };
	struct netlink_request r;

	netlink_start(&r, type, 0, &info, sizeof(info));
	netlink_put_string(&r, IFLA_IFNAME, name);
	netlink_put(&r, IFLA_ADDRESS, mac, sizeof(mac));
	send_message(&r);
}

static void link_is(int index, unsigned flags)
{
	tell_link(RTM_NEWLINK, index, name_of(index), flags);
}

static void address6_is(int index, const char *text, uint32_t flags)
{
	struct ifaddrmsg head = { .ifa_family = AF_INET6, .ifa_index = (uint32_t)index };
	struct netlink_request r;
	struct ip ip;

	assert_int_equal(ip_parse(text, &ip), 0);
	netlink_start(&r, RTM_NEWADDR, 0, &head, sizeof(head));
	netlink_put(&r, IFA_ADDRESS, ip.bytes, 16);
	netlink_put(&r, IFA_FLAGS, &flags, sizeof(flags));
	send_message(&r);
}

#define CARRIER (IFF_UP | IFF_LOWER_UP)

static void answer(int index, const struct lease *lease)
{
	f.lease = lease;
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (f.links.rows[i].seen.index == index &&
		    link_input(&f.links.rows[i], &f.links.context, 0))
			links_pursue(&f.links, 0);
}

static void start(void)
{
	assert_int_equal(plan_make(&f.request, &f.plan), 0);
	f.links.context = (struct link_context){ .report_fd = FD,
						 .requests = &f.nl,
						 .lists = &f.nl,
						 .conf_fd = -1,
						 .plan = &f.plan,
						 .request = &f.request };
}

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	f.out = BUF_OVER(f.said);
	log_set_level(LOG_ERR - 1);
	return 0;
}

static const struct lease a_lease = { .address = { IP_V4, { 192, 0, 2, 5 } },
				      .prefix_len = 24,
				      .lease_s = 60 };

static void the_first_lease_puts_the_others_down(void **state)
{
	(void)state;
	start();
	link_is(2, 0);
	link_is(3, 0);
	link_is(4, 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(),
			    "up(eth0) NO-CARRIER(eth0) up(eth1) NO-CARRIER(eth1) "
			    "up(eth2) NO-CARRIER(eth2)");
	link_is(3, CARRIER);
	link_is(4, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "dhcp(eth1) ASKING(eth1) dhcp(eth2) ASKING(eth2)");
	answer(4, &a_lease);
	assert_string_equal(heard(),
			    "address(eth2) CONFIGURED(eth2) down(eth0) DOWN(eth0) "
			    "no-dhcp(eth1) down(eth1) DOWN(eth1) READY(eth2)");
	/* a cable that comes now changes nothing */
	link_is(2, IFF_LOWER_UP);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "");
}

static void the_others_try_again_when_the_lease_is_lost(void **state)
{
	(void)state;
	start();
	link_is(2, CARRIER);
	link_is(3, CARRIER);
	links_pursue(&f.links, 0);
	answer(2, &a_lease);
	link_is(3, 0);
	(void)heard();
	answer(2, NULL);
	assert_string_equal(heard(),
			    "no-address(eth0) FAILED(eth0) ASKING(eth0) up(eth1) "
			    "NO-CARRIER(eth1)");
	answer(2, &a_lease);
	tell_link(RTM_DELLINK, 2, "eth0", 0);
	(void)heard();
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "up(eth1) NO-CARRIER(eth1)");
}

static void a_lost_carrier_ends_the_asking_but_no_lease(void **state)
{
	(void)state;
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	(void)heard();
	link_is(2, IFF_UP);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "no-dhcp(eth0) NO-CARRIER(eth0)");
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	answer(2, &a_lease);
	(void)heard();
	link_is(2, IFF_UP);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "");
}

static void named_interfaces_do_not_race(void **state)
{
	(void)state;
	f.request.ip[0] = "eth0:dhcp";
	f.request.ip[1] = "192.0.2.6::192.0.2.1:24::eth1:none";
	f.request.ip_count = 2;
	start();
	link_is(2, CARRIER);
	link_is(3, CARRIER);
	link_is(4, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(),
			    "up(eth0) dhcp(eth0) ASKING(eth0) up(eth1) "
			    "address(eth1) route() CONFIGURED(eth1) READY(eth1)");
	answer(2, &a_lease);
	assert_string_equal(heard(), "address(eth0) CONFIGURED(eth0) READY(eth0)");
}

static void an_ipv6_address_is_used_when_it_is_free(void **state)
{
	(void)state;
	f.request.ip[0] = "[2001:db8::5]:::64::eth0:none";
	f.request.ip_count = 1;
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "up(eth0) address(eth0) PROBING(eth0)");
	address6_is(2, "2001:db8::5", IFA_F_TENTATIVE);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "");
	address6_is(2, "2001:db8::5", IFA_F_PERMANENT);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "CONFIGURED(eth0) READY(eth0)");
}

static void an_ipv6_address_of_another_is_given_up(void **state)
{
	(void)state;
	f.request.ip[0] = "[2001:db8::5]:::64::eth0:none";
	f.request.ip_count = 1;
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	(void)heard();
	address6_is(2, "2001:db8::5", IFA_F_TENTATIVE | IFA_F_DADFAILED);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "no-address(eth0) FAILED(eth0) DOWN(eth0)");
}

static void what_the_kernel_set_is_left_alone(void **state)
{
	static const struct rtnl_address_seen before = {
		.index = 2, .address = { IP_V4, { 10, 0, 0, 1 } }
	};
	static const struct lease nothing;

	(void)state;
	start();
	f.before = &before;
	link_is(2, CARRIER);
	link_is(3, CARRIER);
	assert_int_equal(links_start(&f.links, &nothing, 0), 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "KERNEL(eth0) READY(eth0) DOWN(eth1)");
}

static void ports_join_their_bond_and_get_no_address(void **state)
{
	(void)state;
	f.request.ip[0] = "bond0:dhcp";
	f.request.ip_count = 1;
	f.request.bond = (struct netcfg_list){ { "bond0:eth0,eth1" }, 1 };
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "make(?)");
	link_is(5, 0);
	links_pursue(&f.links, 0);
	/* a port has to be down for it */
	assert_string_equal(heard(), "down(eth0) change(eth0) up(eth0) up(bond0) "
				     "NO-CARRIER(bond0)");
	link_is(5, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "dhcp(bond0) ASKING(bond0)");
}

static void a_card_is_not_made_a_bridge(void **state)
{
	(void)state;
	f.request.ip[0] = "off";
	f.request.ip_count = 1;
	f.request.bridge = (struct netcfg_list){ { "eth0:eth1" }, 1 };
	start();
	link_is(2, 0);
	links_pursue(&f.links, 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "FAILED(eth0) up(eth0)");
}

static void two_names_are_swapped_by_way_of_a_third(void **state)
{
	(void)state;
	f.request.ip[0] = "eth1:dhcp";
	f.request.ip_count = 1;
	f.request.ifname = (struct netcfg_list){
		{ "eth1:02:00:00:00:00:02", "eth0:02:00:00:00:00:03" }, 2
	};
	start();
	link_is(2, 0);
	link_is(3, 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "change(eth1) change(eth0) change(eth1) up(eth0) "
				     "NO-CARRIER(eth1)");
	assert_string_equal(f.links.rows[0].seen.name, "eth1");
	assert_string_equal(f.links.rows[1].seen.name, "eth0");
}

static void a_name_that_is_free_is_just_taken(void **state)
{
	(void)state;
	f.request.ip[0] = "eth1:dhcp";
	f.request.ip_count = 1;
	f.request.ifname = (struct netcfg_list){ { "lan:02:00:00:00:00:02" }, 1 };
	start();
	link_is(2, 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "change(eth0)");
	assert_string_equal(f.links.rows[0].seen.name, "lan");
}

static void a_name_for_two_cards_is_refused_once(void **state)
{
	(void)state;
	f.request.ip[0] = "off";
	f.request.ip_count = 1;
	f.request.ifname = (struct netcfg_list){
		{ "lan:02:00:00:00:00:02", "lan:02:00:00:00:00:03" }, 2
	};
	start();
	link_is(2, 0);
	link_is(3, 0);
	links_pursue(&f.links, 0);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "change(eth0)");
}

static void a_wait_that_is_too_long_is_said_once(void **state)
{
	(void)state;
	f.request.timeout_carrier_s = 2;
	f.request.timeout_iflink_s = 3;
	f.request.ip[0] = "eth0:dhcp";
	f.request.ip[1] = "eth7:dhcp";
	f.request.ip_count = 2;
	start();
	link_is(2, IFF_UP);
	links_pursue(&f.links, 0);
	(void)heard();
	assert_int_equal(links_wake_ms(&f.links), 2000);
	(void)links_timers(&f.links, 1999);
	assert_string_equal(heard(), "");
	(void)links_timers(&f.links, 2000);
	assert_string_equal(heard(), "FAILED(eth0)");
	assert_int_equal(links_wake_ms(&f.links), 3000);
	(void)links_timers(&f.links, 3000);
	assert_string_equal(heard(), "FAILED(eth7)");
	assert_int_equal(links_wake_ms(&f.links), LINK_NEVER);
	(void)links_timers(&f.links, 9000);
	assert_string_equal(heard(), "");
}

static void what_the_kernel_refuses_is_told_once(void **state)
{
	(void)state;
	f.request.ip[0] = "192.0.2.6:::24::eth0:none";
	f.request.ip_count = 1;
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	(void)heard();
	set_up(NULL);
	f.request.ip[0] = "192.0.2.6:::24::eth0:none";
	f.request.ip_count = 1;
	start();
	link_is(2, 0);
	f.call_error = -EBUSY;
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "up(eth0) FAILED(eth0) NO-CARRIER(eth0)");
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "");
}

static void both_families_are_asked_side_by_side(void **state)
{
	(void)state;
	f.request.ip[0] = "dhcp";
	f.request.ip[1] = "auto6";
	f.request.ip_count = 2;
	start();
	link_is(2, CARRIER);
	links_pursue(&f.links, 0);
	assert_string_equal(heard(), "up(eth0) dhcp(eth0) inet6(eth0) ASKING(eth0)");
	answer(2, &a_lease);
	assert_string_equal(heard(), "address(eth0) CONFIGURED(eth0) READY(eth0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_lease_puts_the_others_down, set_up),
		cmocka_unit_test_setup(the_others_try_again_when_the_lease_is_lost,
				       set_up),
		cmocka_unit_test_setup(a_lost_carrier_ends_the_asking_but_no_lease,
				       set_up),
		cmocka_unit_test_setup(named_interfaces_do_not_race, set_up),
		cmocka_unit_test_setup(an_ipv6_address_is_used_when_it_is_free, set_up),
		cmocka_unit_test_setup(an_ipv6_address_of_another_is_given_up, set_up),
		cmocka_unit_test_setup(what_the_kernel_set_is_left_alone, set_up),
		cmocka_unit_test_setup(ports_join_their_bond_and_get_no_address, set_up),
		cmocka_unit_test_setup(a_card_is_not_made_a_bridge, set_up),
		cmocka_unit_test_setup(two_names_are_swapped_by_way_of_a_third, set_up),
		cmocka_unit_test_setup(a_name_that_is_free_is_just_taken, set_up),
		cmocka_unit_test_setup(a_name_for_two_cards_is_refused_once, set_up),
		cmocka_unit_test_setup(a_wait_that_is_too_long_is_said_once, set_up),
		cmocka_unit_test_setup(what_the_kernel_refuses_is_told_once, set_up),
		cmocka_unit_test_setup(both_families_are_asked_side_by_side, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
