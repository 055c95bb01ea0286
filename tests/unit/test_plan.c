#include "netcfg/plan.h"

#include "netcfg/hostname.h"

#include "lib/ipv4.h"
#include "lib/log.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa }, mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static void host_names(void **state)
{
	static const struct {
		const char *name;
		bool is_valid;
	} rows[] = {
		{ "a", true },		{ "a-b.c1", true }, { "7.example", true },
		{ "", false },		{ ".", false },	    { "a.", false },
		{ ".a", false },	{ "a..b", false },  { "-a", false },
		{ "a-", false },	{ "a_b", false },   { "a b", false },
		{ "$(reboot)", false }, { "a\nb", false },  { "\xc3\xa4", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(hostname_is_valid(rows[i].name, strlen(rows[i].name)),
				 rows[i].is_valid);
}

static void a_named_device_goes_before_the_first_that_comes(void **state)
{
	struct netcfg_request request = {
		.ip = { "dhcp", ":::::eth1:off" },
		.ip_count = 2,
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_int_equal(plan_rows(&plan, "eth0", mac_a), 1);
	assert_int_equal(plan_rows(&plan, "eth1", mac_b), 2);
}

static void bootif_chooses_unless_a_device_is_named(void **state)
{
	struct netcfg_request request = {
		.ip = { "dhcp", "eth1:dhcp" },
		.ip_count = 2,
		.bootif = "01-02-00-00-00-00-0a",
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_int_equal(plan_rows(&plan, "eth0", mac_a), 1);
	assert_int_equal(plan_rows(&plan, "eth2", mac_b), 0);
	assert_int_equal(plan_rows(&plan, "eth1", mac_b), 2);
}

static void an_interface_has_every_row_that_names_it(void **state)
{
	struct netcfg_request request = {
		.ip = { "192.0.2.5::192.0.2.1:24::eth0:none", "eth1:dhcp",
			"[2001:db8::5]:::64::eth0:none", "dhcp", "auto6" },
		.ip_count = 5,
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_int_equal(plan_rows(&plan, "eth0", mac_a), 1 | 4);
	assert_int_equal(plan_rows(&plan, "eth1", mac_a), 2);
	assert_int_equal(plan_rows(&plan, "eth2", mac_a), 8 | 16);
}

static void without_ip_every_interface_asks(void **state)
{
	struct netcfg_request request = { .nameserver = { "192.0.2.53",
							  "2001:db8::53" } };
	struct plan plan;
	char text[IP_TEXT_SIZE];

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_int_equal(plan_rows(&plan, "eth0", mac_a), 1);
	assert_int_equal(plan.rows[0].methods, IP_METHOD_DHCP4);
	assert_int_equal(plan.nameserver_count, 2);
	assert_string_equal(ip_format(text, &plan.nameservers[0]), "192.0.2.53");
	assert_string_equal(ip_format(text, &plan.nameservers[1]), "2001:db8::53");
}

static void what_is_wrong_is_left_out(void **state)
{
	struct netcfg_request request = {
		.ip = { "nonsense", ":::::eth0:dhcp" },
		.ip_count = 2,
		.bootif = "nonsense",
		.nameserver = { "nonsense", "192.0.2.1" },
		.vlan = { { "eth0.5:eth0", "eth0:eth0" }, 2 },
	};
	struct plan plan;

	(void)state;
	log_set_level(LOG_ERR - 1);
	assert_int_equal(plan_make(&request, &plan), -EINVAL);
	assert_int_equal(plan.row_count, 1);
	assert_false(plan.has_bootif);
	assert_int_equal(plan.nameserver_count, 1);
	assert_int_equal(plan.vlan_count, 1);
	assert_int_equal(plan_rows(&plan, "eth1", mac_a),
			 0); /* never wider than what was asked for */
}

static void every_list_has_its_place_and_its_end(void **state)
{
	struct netcfg_request request = {
		.vlan = { { "v1:e", "v2:e", "v3:e", "v4:e", "v5:e" }, 5 },
		.bond = { { "b0:e0,e1", "" }, 2 },
		.bridge = { { "br1:e2,v1" }, 1 },
		.ifname = { { "lan:52:54:00:ab:cd:ef", "wan:52:54:00:ab:cd:ee" }, 2 },
		.route = { { "192.0.2.0/24:192.0.3.1:lan" }, 1 },
		.no_peer_dns = true,
	};
	struct plan plan;

	(void)state;
	log_set_level(LOG_ERR - 1);
	assert_int_equal(plan_make(&request, &plan), -EINVAL);
	assert_int_equal(plan.vlan_count, PLAN_VLANS_MAX);
	assert_string_equal(plan.vlans[3].name, "v4");
	assert_int_equal(plan.bond_count, 2);
	assert_string_equal(plan.bonds[1].name, "bond0");
	assert_int_equal(plan.bridge_count, 1);
	assert_string_equal(plan.bridges[0].ports[1], "v1");
	assert_int_equal(plan.name_count, 2);
	assert_string_equal(plan.names[1].name, "wan");
	assert_int_equal(plan.route_count, 1);
	assert_string_equal(plan.routes[0].device, "lan");
	assert_true(plan.ignores_peer_dns);
}

static void netmasks(void **state)
{
	(void)state;
	for (int len = 0; len <= 32; len++)
		assert_int_equal(ipv4_prefix_len(ipv4_netmask_be((unsigned)len)), len);
	assert_int_equal(ip_parse_prefix_len("255.255.240.0", IP_V4), 20);
	assert_int_equal(ip_parse_prefix_len("255.0.255.0", IP_V4), -EDOM);
	assert_int_equal(ip_parse_prefix_len("255.255.240.0", IP_V6), -EINVAL);
	assert_int_equal(ip_parse_prefix_len("33", IP_V4), -ERANGE);
	assert_int_equal(ip_parse_prefix_len("99999999999", IP_V6), -ERANGE);
	assert_int_equal(ip_parse_prefix_len("128", IP_V6), 128);
	assert_int_equal(ip_parse_prefix_len("", IP_V4), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_names),
		cmocka_unit_test(a_named_device_goes_before_the_first_that_comes),
		cmocka_unit_test(bootif_chooses_unless_a_device_is_named),
		cmocka_unit_test(an_interface_has_every_row_that_names_it),
		cmocka_unit_test(without_ip_every_interface_asks),
		cmocka_unit_test(what_is_wrong_is_left_out),
		cmocka_unit_test(every_list_has_its_place_and_its_end),
		cmocka_unit_test(netmasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
