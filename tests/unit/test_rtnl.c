/* The requests of rtnetlink as text, and what the kernel's own messages say. */
/* wrap: netlink_call */
#include "netcfg/rtnl.h"

#include "lib/buf.h"
#include "netcfg/bond_options.h"
#include "netcfg/rtnl_link.h"
#include "netcfg/rtnl_parse.h"
#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

static char said[1024];

/* "TYPE=BYTES TYPE={ TYPE=BYTES }": what is nested is known by its flag. */
static void describe_attributes(struct buf *out, const uint8_t *data, size_t len)
{
	while (len >= (size_t)NLA_HDRLEN) {
		struct nlattr head;
		size_t whole;

		memcpy(&head, data, sizeof(head));
		assert_in_range(head.nla_len, NLA_HDRLEN, len);
		if (head.nla_type & NLA_F_NESTED) {
			buf_printf(out, " %u={", head.nla_type & NLA_TYPE_MASK);
			describe_attributes(out, data + NLA_HDRLEN,
					    head.nla_len - NLA_HDRLEN);
			buf_puts(out, " }");
		} else {
			buf_printf(out, " %u=", head.nla_type);
			for (unsigned i = NLA_HDRLEN; i < (unsigned)head.nla_len; i++)
				buf_printf(out, "%02x", data[i]);
		}
		whole = (size_t)NLA_ALIGN(head.nla_len);
		len -= whole < len ? whole : len;
		data += whole;
	}
}

int __wrap_netlink_call(struct netlink *nl, struct netlink_request *r);

/* "TYPE FLAGS BODY ATTRIBUTES", all but the attributes' types in hex. */
int __wrap_netlink_call(struct netlink *nl, struct netlink_request *r)
{
	struct buf out = BUF_OVER(said);
	size_t body =
		r->header.nlmsg_type == RTM_NEWADDR || r->header.nlmsg_type == RTM_DELADDR
			? sizeof(struct ifaddrmsg)
		: r->header.nlmsg_type == RTM_NEWROUTE ? sizeof(struct rtmsg)
						       : sizeof(struct ifinfomsg);

	(void)nl;
	assert_false(r->truncated);
	buf_printf(&out, "%u %x ", r->header.nlmsg_type, r->header.nlmsg_flags);
	for (size_t i = 0; i < body; i++)
		buf_printf(&out, "%02x", r->bytes[NLMSG_HDRLEN + i]);
	describe_attributes(&out, r->bytes + NLMSG_HDRLEN + NLMSG_ALIGN(body),
			    r->header.nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(body));
	return 0;
}

static struct ip ip(const char *text)
{
	struct ip out;

	assert_int_equal(ip_parse(text, &out), 0);
	return out;
}

static void addresses_of_both_families(void **state)
{
	struct rtnl_address v4 = { ip("192.0.2.5"), { 0 }, 24, 60 };
	struct rtnl_address pair = { ip("192.0.2.5"), ip("192.0.2.6"), 32, RTNL_FOREVER };
	struct rtnl_address v6 = { ip("2001:db8::5"), { 0 }, 64, RTNL_FOREVER };

	(void)state;
	assert_int_equal(rtnl_address_set(NULL, 3, &v4), 0);
	/* LOCAL, ADDRESS, BROADCAST, CACHEINFO, PROTO */
	assert_string_equal(said, "20 501 0218000003000000 2=c0000205 1=c0000205 "
				  "4=c00002ff 6=3c0000003c0000000000000000000000 11=72");
	assert_int_equal(rtnl_address_set(NULL, 3, &pair), 0);
	assert_string_equal(said, "20 501 0220000003000000 2=c0000205 1=c0000206 "
				  "6=ffffffffffffffff0000000000000000 11=72");
	/* never IFA_F_NODAD */
	assert_int_equal(rtnl_address_set(NULL, 3, &v6), 0);
	assert_string_equal(said, "20 501 0a40000003000000 "
				  "2=20010db8000000000000000000000005 "
				  "1=20010db8000000000000000000000005 "
				  "6=ffffffffffffffff0000000000000000 11=72");
	assert_int_equal(rtnl_address_remove(NULL, 3, &v4), 0);
	assert_string_equal(said, "21 1 0218000003000000 2=c0000205 1=c0000205");
}

static void routes_of_both_families(void **state)
{
	struct lease_route gateway = { .gateway = ip("192.0.2.1") };
	struct lease_route near = { .network = ip("198.51.100.0"), .prefix_len = 24 };
	struct lease_route v6 = { .gateway = ip("fe80::1") };
	struct rtnl_route route = { .route = &gateway, .protocol = RTPROT_STATIC };

	(void)state;
	assert_int_equal(rtnl_route_set(NULL, 3, &route), 0);
	assert_string_equal(said,
			    "24 501 02000000fe04000100000000 5=c0000201 4=03000000");
	route.rank = 1;
	route.is_gateway_foreign = true;
	assert_int_equal(rtnl_route_set(NULL, 3, &route), 0);
	assert_string_equal(said, "24 501 02000000fe04000104000000 5=c0000201 6=01000000 "
				  "4=03000000");
	route = (struct rtnl_route){ .route = &near, .protocol = RTPROT_DHCP };
	assert_int_equal(rtnl_route_set(NULL, 3, &route), 0);
	assert_string_equal(said,
			    "24 501 02180000fe10fd0100000000 1=c6336400 4=03000000");
	route = (struct rtnl_route){ .route = &v6, .protocol = RTPROT_DHCP, .rank = 2 };
	assert_int_equal(rtnl_route_set(NULL, 3, &route), 0);
	assert_string_equal(said,
			    "24 501 0a000000fe10000100000000 "
			    "5=fe800000000000000000000000000001 6=02040000 4=03000000");
}

static void links_are_changed_one_thing_at_a_time(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };

	(void)state;
	assert_int_equal(rtnl_link_up(NULL, 3), 0);
	assert_string_equal(said, "16 1 00000000030000000100000001000000");
	assert_int_equal(rtnl_link_down(NULL, 3), 0);
	assert_string_equal(said, "16 1 00000000030000000000000001000000");
	assert_int_equal(rtnl_link_set_mac(NULL, 3, mac), 0);
	assert_string_equal(said, "16 1 00000000030000000000000000000000 1=020000000009");
	assert_int_equal(rtnl_link_set_mtu(NULL, 3, 1400), 0);
	assert_string_equal(said, "16 1 00000000030000000000000000000000 4=78050000");
	assert_int_equal(rtnl_link_set_name(NULL, 3, "lan"), 0);
	assert_string_equal(said, "16 1 00000000030000000000000000000000 3=6c616e00");
	assert_int_equal(rtnl_link_set_master(NULL, 3, 7), 0);
	assert_string_equal(said, "16 1 00000000030000000000000000000000 10=07000000");
}

static void virtual_devices_are_made(void **state)
{
	struct iface_vlan vlan = { "v7", "eth0", 7 };
	struct iface_bridge bridge = { .name = "br0" };
	struct iface_bond bond = { .name = "b0",
				   .options = "mode=802.3ad,lacp_rate=fast,min_links=1,"
					      "primary=eth0,xmit_hash_policy=layer3+4",
				   .mtu = 1400 };
	const char *bad;

	(void)state;
	assert_int_equal(rtnl_vlan_make(NULL, &vlan, 3), 0);
	assert_string_equal(said, "16 401 00000000000000000000000000000000 3=763700 "
				  "18={ 1=766c616e00 2={ 1=0700 } } 5=03000000");
	assert_int_equal(rtnl_bridge_make(NULL, &bridge), 0);
	assert_string_equal(said, "16 401 00000000000000000000000000000000 3=62723000 "
				  "18={ 1=62726964676500 2={ 1=00000000 5=00000000 } }");
	assert_int_equal(rtnl_bond_make(NULL, &bond, &bad), 0);
	assert_string_equal(said, "16 401 00000000000000000000000000000000 3=623000 "
				  "18={ 1=626f6e6400 2={ 1=04 21=01 18=01000000 14=01 "
				  "3=64000000 } } 4=78050000");
	assert_int_equal(rtnl_bond_set_primary(NULL, 3, 5), 0);
	assert_string_equal(said, "16 1 00000000030000000000000000000000 "
				  "18={ 1=626f6e6400 2={ 11=05000000 } }");
}

static void wrong_options_of_a_bond_are_named(void **state)
{
	static const struct {
		const char *options;
		const char *bad; /* NULL: none */
	} cases[] = {
		{ "", NULL },
		{ "mode=1", NULL },
		{ "mode=balance-alb,miimon=100", NULL },
		{ "arp_interval=100,arp_ip_target=192.0.2.1;192.0.2.2", NULL },
		{ "mode=fast", "mode=fast" },
		{ "mode=balance", "mode=balance" },
		{ "miimon=100,mode=", "mode=" },
		{ "miimon=100,speed=9,mode=1", "speed=9,mode=1" },
		{ "miimon=-1", "miimon=-1" },
		{ "use_carrier=256", "use_carrier=256" },
		{ "miimon", "miimon" },
		{ "miimon,mode=1", "miimon,mode=1" },
		{ "arp_ip_target=", "arp_ip_target=" },
		{ "arp_ip_target=2001:db8::1", "arp_ip_target=2001:db8::1" },
		{ "arp_ip_target=192.0.2.1;;", "arp_ip_target=192.0.2.1;;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ifinfomsg info = { 0 };
		struct netlink_request r;
		const char *bad = NULL;
		int err;

		netlink_start(&r, RTM_NEWLINK, 0, &info, sizeof(info));
		err = bond_options_put(cases[i].options, &r, &bad);
		assert_int_equal(err, cases[i].bad ? -EINVAL : 0);
		if (cases[i].bad)
			assert_string_equal(bad, cases[i].bad);
	}
}

static void the_preferred_port_is_found(void **state)
{
	char port[16];

	(void)state;
	assert_true(bond_options_primary("mode=1,primary=eth1", port, sizeof(port)));
	assert_string_equal(port, "eth1");
	assert_false(bond_options_primary("mode=1", port, sizeof(port)));
	assert_false(bond_options_primary("primary=a-name-that-is-too-long", port,
					  sizeof(port)));
}

static void a_request_that_does_not_fit_is_remembered(void **state)
{
	struct ifinfomsg info = { 0 };
	struct netlink_request r;
	size_t nest;

	(void)state;
	netlink_start(&r, RTM_NEWLINK, 0, &info, sizeof(info));
	nest = netlink_nest_start(&r, IFLA_LINKINFO);
	for (int i = 0; i < 300; i++)
		netlink_put(&r, 1, &info, 1);
	netlink_nest_end(&r, nest);
	assert_true(r.truncated);
	assert_int_equal(netlink_send(NULL, &r), -EMSGSIZE);
}

/* A message as the kernel would send it. */
static struct netlink_message message(struct netlink_request *r)
{
	return (struct netlink_message){
		.type = r->header.nlmsg_type,
		.body = cursor_over(r->bytes + NLMSG_HDRLEN,
				    r->header.nlmsg_len - NLMSG_HDRLEN),
	};
}

static void links_are_read(void **state)
{
	struct ifinfomsg info = { .ifi_type = ARPHRD_ETHER,
				  .ifi_index = 5,
				  .ifi_flags = IFF_UP | IFF_LOWER_UP };
	struct netlink_request r;
	struct netlink_message m;
	struct rtnl_link link;
	uint32_t mtu = 1500;
	int master = 9;
	size_t nest;

	(void)state;
	netlink_start(&r, RTM_NEWLINK, 0, &info, sizeof(info));
	m = message(&r);
	assert_int_equal(rtnl_link_parse(&m, &link), -ENOMSG); /* wireless news */
	netlink_put_string(&r, IFLA_IFNAME, "eth5");
	netlink_put(&r, IFLA_ADDRESS, "\2\0\0\0\0\5", 6);
	netlink_put(&r, IFLA_MTU, &mtu, sizeof(mtu));
	netlink_put(&r, IFLA_MASTER, &master, sizeof(master));
	m = message(&r);
	assert_int_equal(rtnl_link_parse(&m, &link), 0);
	assert_string_equal(link.name, "eth5");
	assert_int_equal(link.index, 5);
	assert_int_equal(link.master, 9);
	assert_int_equal(link.mtu, 1500);
	assert_true(link.is_ethernet && link.is_up && link.has_carrier);
	assert_memory_equal(link.card_mac, "\2\0\0\0\0\5", 6);
	assert_string_equal(link.kind, "");

	netlink_put(&r, IFLA_PERM_ADDRESS, "\2\0\0\0\0\6", 6);
	nest = netlink_nest_start(&r, IFLA_LINKINFO);
	netlink_put_string(&r, IFLA_INFO_KIND, "vlan");
	netlink_nest_end(&r, nest);
	m = message(&r);
	assert_int_equal(rtnl_link_parse(&m, &link), 0);
	assert_memory_equal(link.card_mac, "\2\0\0\0\0\6", 6);
	assert_string_equal(link.kind, "vlan");

	/* every cut */
	for (size_t len = 0; len < m.body.len; len++) {
		struct netlink_message cut = { RTM_NEWLINK,
					       cursor_over(m.body.data, len) };

		(void)rtnl_link_parse(&cut, &link);
	}
	m.type = RTM_NEWADDR;
	assert_int_equal(rtnl_link_parse(&m, &link), -ENOMSG);
}

static void addresses_and_routes_are_read(void **state)
{
	struct ifaddrmsg head = { .ifa_family = AF_INET6,
				  .ifa_prefixlen = 64,
				  .ifa_flags = IFA_F_PERMANENT,
				  .ifa_index = 5 };
	struct rtmsg route_head = { .rtm_family = AF_INET,
				    .rtm_dst_len = 24,
				    .rtm_table = RT_TABLE_MAIN,
				    .rtm_type = RTN_UNICAST };
	uint32_t flags = IFA_F_TENTATIVE | IFA_F_DADFAILED;
	struct ip address = ip("2001:db8::5"), gateway = ip("192.0.2.1");
	uint8_t protocol = RTNL_PROTOCOL;
	struct rtnl_address_seen seen;
	struct rtnl_route_seen route;
	struct netlink_request r;
	struct netlink_message m;
	int index = 5;

	(void)state;
	netlink_start(&r, RTM_NEWADDR, 0, &head, sizeof(head));
	m = message(&r);
	assert_int_equal(rtnl_address_parse(&m, &seen), -ENOMSG);
	netlink_put(&r, IFA_ADDRESS, address.bytes, 16);
	m = message(&r);
	assert_int_equal(rtnl_address_parse(&m, &seen), 0);
	assert_true(ip_equal(&seen.address, &address));
	assert_true(seen.is_permanent && seen.is_global);
	assert_false(seen.is_tentative || seen.is_taken || seen.is_ours || seen.is_gone);
	netlink_put(&r, IFA_FLAGS, &flags, sizeof(flags));
	netlink_put(&r, IFA_PROTO, &protocol, 1);
	m = message(&r);
	assert_int_equal(rtnl_address_parse(&m, &seen), 0);
	assert_true(seen.is_tentative && seen.is_taken && seen.is_ours);
	assert_false(seen.is_permanent);

	netlink_start(&r, RTM_NEWROUTE, 0, &route_head, sizeof(route_head));
	netlink_put(&r, RTA_DST, "\xc6\x33\x64\0", 4);
	netlink_put(&r, RTA_GATEWAY, gateway.bytes, 4);
	netlink_put(&r, RTA_OIF, &index, sizeof(index));
	m = message(&r);
	assert_int_equal(rtnl_route_parse(&m, &route), 0);
	assert_true(route.is_main);
	assert_int_equal(route.index, 5);
	assert_true(ip_equal(&route.gateway, &gateway));
	m.body = cursor_over(m.body.data, 4);
	assert_int_equal(rtnl_route_parse(&m, &route), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_both_families),
		cmocka_unit_test(routes_of_both_families),
		cmocka_unit_test(links_are_changed_one_thing_at_a_time),
		cmocka_unit_test(virtual_devices_are_made),
		cmocka_unit_test(wrong_options_of_a_bond_are_named),
		cmocka_unit_test(the_preferred_port_is_found),
		cmocka_unit_test(a_request_that_does_not_fit_is_remembered),
		cmocka_unit_test(links_are_read),
		cmocka_unit_test(addresses_and_routes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
