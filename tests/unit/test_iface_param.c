#include "netcfg/iface_param.h"

#include "lib/buf.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static char text[512];

/* What the parser of @key makes of @value, in one line, or "-" and why it refuses. */
static const char *described(const char *key, const char *value)
{
	struct buf b = BUF_OVER(text);
	const char *reason = "no such key";
	char network[IP_TEXT_SIZE], gateway[IP_TEXT_SIZE];

	if (strcmp(key, "vlan") == 0) {
		struct iface_vlan v;

		reason = iface_vlan_parse(value, &v);
		if (!reason)
			buf_printf(&b, "%s %s %u", v.name, v.parent, v.id);
	} else if (strcmp(key, "bond") == 0) {
		struct iface_bond v;

		reason = iface_bond_parse(value, &v);
		buf_puts(&b, reason ? "" : v.name);
		for (unsigned i = 0; !reason && i < v.slave_count; i++)
			buf_printf(&b, " %s", v.slaves[i]);
		if (!reason)
			buf_printf(&b, " %s %u", v.options, v.mtu);
	} else if (strcmp(key, "bridge") == 0) {
		struct iface_bridge v;

		reason = iface_bridge_parse(value, &v);
		buf_puts(&b, reason ? "" : v.name);
		for (unsigned i = 0; !reason && i < v.port_count; i++)
			buf_printf(&b, " %s", v.ports[i]);
	} else if (strcmp(key, "ifname") == 0) {
		struct iface_name v;

		reason = iface_name_parse(value, &v);
		if (!reason)
			buf_printf(&b, "%s %02x..%02x", v.name, v.mac[0], v.mac[5]);
	} else if (strcmp(key, "rd.route") == 0) {
		struct iface_route v;

		reason = iface_route_parse(value, &v);
		if (!reason)
			buf_printf(&b, "%s/%u %s %s",
				   ip_format(network, &v.route.network),
				   v.route.prefix_len,
				   ip_format(gateway, &v.route.gateway), v.device);
	}
	if (reason)
		buf_printf(&b, "- %s", reason);
	return text;
}

static void forms_of_dracut_cmdline(void **state)
{
	static const struct {
		const char *key, *value, *expected;
	} rows[] = {
		{ "vlan", "vlan0005:eth0", "vlan0005 eth0 5" },
		{ "vlan", "vlan5:eth0", "vlan5 eth0 5" },
		{ "vlan", "eth0.0005:eth0", "eth0.0005 eth0 5" },
		{ "vlan", "eth0.5:eth0", "eth0.5 eth0 5" },
		{ "vlan", "v4094:bond0", "v4094 bond0 4094" },
		{ "bond", "", "bond0 eth0 eth1 mode=balance-rr 0" },
		{ "bond", "b", "b eth0 eth1 mode=balance-rr 0" },
		{ "bond", "bond0:ens1,ens2", "bond0 ens1 ens2 mode=balance-rr 0" },
		{ "bond", "bond0:ens1,ens2:mode=active-backup,miimon=100:9000",
		  "bond0 ens1 ens2 mode=active-backup,miimon=100 9000" },
		{ "bond", "bond0:ens1:mode=1,arp_ip_target=192.0.2.1;192.0.2.2",
		  "bond0 ens1 mode=1,arp_ip_target=192.0.2.1;192.0.2.2 0" },
		{ "bridge", "", "br0 eth0" },
		{ "bridge", "br1:ens1,ens2", "br1 ens1 ens2" },
		{ "ifname", "bootnet:52:54:00:ab:cd:ef", "bootnet 52..ef" },
		{ "ifname", "lan:52-54-00-AB-CD-EF", "lan 52..ef" },
		{ "rd.route", "192.168.200.0/24:192.168.100.222:ens10",
		  "192.168.200.0/24 192.168.100.222 ens10" },
		{ "rd.route", "192.168.200.0/24:192.168.100.222",
		  "192.168.200.0/24 192.168.100.222 " },
		{ "rd.route", "192.168.200.0/24::ens10", "192.168.200.0/24  ens10" },
		{ "rd.route", "192.168.200.7/255.255.255.0::ens10",
		  "192.168.200.0/24  ens10" },
		{ "rd.route", "[2001:DB8:3::/8]:[2001:DB8:2::1]:ens10",
		  "2000::/8 2001:db8:2::1 ens10" },
		{ "rd.route", "[2001:db8:3::]/48:[fe80::1]:ens10",
		  "2001:db8:3::/48 fe80::1 ens10" },
		{ "rd.route", "0.0.0.0/0:192.0.2.1", "0.0.0.0/0 192.0.2.1 " },
		{ "rd.route", "[::/0]:[fe80::1]:ens1", "::/0 fe80::1 ens1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(described(rows[i].key, rows[i].value), rows[i].expected) != 0)
			fail_msg("%s=%s: %s, not %s", rows[i].key, rows[i].value, text,
				 rows[i].expected);
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
		{ "vlan", "" },
		{ "vlan", "vlan5" },
		{ "vlan", "vlan5:" },
		{ "vlan", "vlan:eth0" },
		{ "vlan", "vlan0:eth0" },
		{ "vlan", "vlan4095:eth0" },
		{ "vlan", "vlan99999999999:eth0" },
		{ "vlan", "vlan5:eth0:x" },
		{ "vlan", "a/5:eth0" },
		{ "bond", "bond0:eth0,:mode=1" },
		{ "bond", "bond0:eth0,eth1:mode" },
		{ "bond", "bond0:eth0,eth1:mode=" },
		{ "bond", "bond0:eth0,eth1:mode=1," },
		{ "bond", "bond0:eth0,eth1:mode=$(x)" },
		{ "bond", "bond0:eth0,eth1:mode=1:x" },
		{ "bond", "bond0:eth0,eth1:mode=1:67" },
		{ "bond", "bond0:eth0:mode=1:1500:x" },
		{ "bond", "bond0:1,2,3,4,5,6,7,8,9" },
		{ "bond", "0123456789abcdef" },
		{ "bridge", "br0" },
		{ "bridge", "br0:" },
		{ "bridge", "br0:eth0:x" },
		{ "bridge", "br0:.." },
		{ "ifname", "" },
		{ "ifname", "lan" },
		{ "ifname", "lan:" },
		{ "ifname", "lan:52:54:00:ab:cd" },
		{ "ifname", "lan:52:54:00:ab:cd:ef:00" },
		{ "ifname", "lan:53:54:00:ab:cd:ef" },
		{ "ifname", ":52:54:00:ab:cd:ef" },
		{ "ifname", "0123456789abcdef:52:54:00:ab:cd:ef" },
		{ "rd.route", "" },
		{ "rd.route", "192.0.2.0/24" },
		{ "rd.route", "192.0.2.0:192.0.3.1" },
		{ "rd.route", "192.0.2.0/33:192.0.3.1" },
		{ "rd.route", "192.0.2.0/255.0.255.0:192.0.3.1" },
		{ "rd.route", "192.0.2.0/24:[fe80::1]" },
		{ "rd.route", "192.0.2.0/24:224.0.0.1" },
		{ "rd.route", "192.0.2.0/24:192.0.3.1:a/b" },
		{ "rd.route", "192.0.2.0/24:192.0.3.1:a:b" },
		{ "rd.route", "[2001:db8::/32" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (described(rows[i].key, rows[i].value)[0] != '-')
			fail_msg("%s=%s: %s", rows[i].key, rows[i].value, text);
}

static void names_of_interfaces(void **state)
{
	static const char *const good[] = { "a",   "eth0.5", "br-lan",
					    "x@y", "...",    "0123456789abcde" };
	static const char *const bad[] = {
		"",    ".",   "..",   "a/b",	  "a b",
		"a:b", "a\n", "\x7f", "\xc3\xa4", "0123456789abcdef"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(iface_name_is_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(iface_name_is_valid(bad[i]));
}

static void bootif_forms(void **state)
{
	static const uint8_t expected[6] = { 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef };
	static const char *const good[] = {
		"01-52-54-00-ab-cd-ef",
		"01-52-54-00-AB-CD-EF",
		"52:54:00:ab:cd:ef",
	};
	static const char *const bad[] = {
		"",
		"01",
		"01-52-54-00-ab-cd",
		"52-54-00-ab-cd-e",
		"01-52-54-00-ab-cd-ef-",
		"20-52-54-00-ab-cd-ef",
		"01-52-54-00-ab-cd-ef-00",
		"01x52-54-00-ab-cd-ef",
		"52x54x00xabxcdxef",
		"5-254-00-ab-cd-ef",
		"g2-54-00-ab-cd-ef",
		"52-54-00-ab-cd-",
		"52-54-00-ab-cd-ef-",
		"00-00-00-00-00-00",
	};
	uint8_t mac[6];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(iface_bootif_parse(good[i], mac), 0);
		assert_memory_equal(mac, expected, 6);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (iface_bootif_parse(bad[i], mac) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_dracut_cmdline),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(names_of_interfaces),
		cmocka_unit_test(bootif_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
