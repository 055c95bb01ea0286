/* The files that a real root reads: their texts, and what never gets into them. */
#include "init/handover_print.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static char data[4096];
static struct buf text;

static struct ip ip(const char *s)
{
	struct ip ip;

	assert_int_equal(ip_parse(s, &ip), 0);
	return ip;
}

static struct netcfg_report lease_of(enum netcfg_method method, const char *address,
				     uint8_t prefix_len)
{
	struct netcfg_report report = {
		.kind = NETCFG_CONFIGURED,
		.method = method,
		.ifname = "eth0",
		.mac = { 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef },
		.lease = {
			.address = ip(address),
			.prefix_len = prefix_len,
			.lease_s = 3600,
			.hostname = "box",
			.domain = "example.org example.net",
			.root_path = "/srv/root",
			.boot_file = "vmlinuz",
		},
	};

	return report;
}

static void add_gateway(struct netcfg_report *report, const char *gateway)
{
	struct lease *lease = &report->lease;

	lease->routes[lease->route_count].gateway = ip(gateway);
	lease->routes[lease->route_count++].network.family = lease->address.family;
}

static struct handover_iface iface_of(const struct netcfg_report *a,
				      const struct netcfg_report *b)
{
	struct handover_iface iface = {
		.name = a->ifname,
		.mac = a->mac,
		.leases = { a, b },
		.count = b ? 2 : 1,
	};

	text = BUF_OVER(data);
	return iface;
}

static void ipconfig_as_klibc_writes_it(void **state)
{
	struct netcfg_report report = lease_of(NETCFG_DHCP4, "192.0.2.5", 24);
	struct handover_iface iface = iface_of(&report, NULL);

	(void)state;
	add_gateway(&report, "192.0.2.1");
	report.lease.dns[0] = ip("192.0.2.53");
	report.lease.server = ip("192.0.2.2");
	handover_print_ipconfig(&iface, 7, &text);
	assert_string_equal(data, "DEVICE='eth0'\n"
				  "PROTO='dhcp'\n"
				  "IPV4ADDR='192.0.2.5'\n"
				  "IPV4BROADCAST='192.0.2.255'\n"
				  "IPV4NETMASK='255.255.255.0'\n"
				  "IPV4GATEWAY='192.0.2.1'\n"
				  "IPV4DNS0='192.0.2.53'\n"
				  "IPV4DNS1='0.0.0.0'\n"
				  "HOSTNAME='box'\n"
				  "DNSDOMAIN='example.org'\n"
				  "NISDOMAIN=''\n"
				  "ROOTSERVER='192.0.2.2'\n"
				  "ROOTPATH='/srv/root'\n"
				  "filename='vmlinuz'\n"
				  "UPTIME='7'\n"
				  "DHCPLEASETIME='3600'\n"
				  "DOMAINSEARCH='example.org example.net'\n");
	text = BUF_OVER(data);
	handover_print_ipconfig6(&iface, &text);
	assert_string_equal(data, "");
}

static void ipconfig6_for_cloud_init(void **state)
{
	struct netcfg_report report = lease_of(NETCFG_DHCP6, "2001:db8::5", 128);
	struct handover_iface iface = iface_of(&report, NULL);

	(void)state;
	report.lease.dns[0] = ip("2001:db8::53");
	handover_print_ipconfig6(&iface, &text);
	assert_string_equal(data, "DEVICE6='eth0'\n"
				  "IPV6PROTO='dhcp6'\n"
				  "IPV6ADDR='2001:db8::5'\n"
				  "IPV6NETMASK='128'\n"
				  "IPV6GATEWAY=''\n"
				  "IPV6DNS0='2001:db8::53'\n"
				  "IPV6DNS1=''\n"
				  "HOSTNAME='box'\n"
				  "DNSDOMAIN='example.org'\n"
				  "IPV6DOMAINSEARCH='example.org example.net'\n");
	report.method = NETCFG_RA; /* the router says it again to whoever comes */
	text = BUF_OVER(data);
	handover_print_ipconfig6(&iface, &text);
	assert_string_equal(data, "");
}

static void networkd_asks_as_we_asked(void **state)
{
	struct netcfg_report four = lease_of(NETCFG_DHCP4, "192.0.2.5", 24);
	struct netcfg_report six = lease_of(NETCFG_DHCP6, "2001:db8::5", 128);
	struct handover_iface iface = iface_of(&four, &six);

	(void)state;
	iface.is_needed = true;
	handover_print_networkd(&iface, &text);
	assert_non_null(strstr(data, "Kind=!*\nMACAddress=52:54:00:ab:cd:ef\n"));
	assert_non_null(
		strstr(data, "\nDHCP=yes\nIPv6AcceptRA=yes\nKeepConfiguration=yes\n"));
	assert_non_null(strstr(data, "ClientIdentifier=mac\n"));
	assert_non_null(strstr(data, "DUIDType=link-layer\nIAID=11259375\n"));
	assert_null(strstr(data, "Address=1"));
	iface = iface_of(&four, NULL);
	iface.is_virtual = true;
	handover_print_networkd(&iface, &text);
	assert_non_null(strstr(data, "[Match]\nName=eth0\n"));
	assert_non_null(strstr(data, "\nDHCP=ipv4\nIPv6AcceptRA=no\n"));
	assert_null(strstr(data, "KeepConfiguration"));
}

static void udev_leaves_a_card_its_name(void **state)
{
	struct netcfg_report report = lease_of(NETCFG_DHCP4, "192.0.2.5", 24);
	struct handover_iface iface = iface_of(&report, NULL);

	(void)state;
	handover_print_udev(&iface, &text);
	assert_non_null(
		strstr(data,
		       "\nMACAddress=52:54:00:ab:cd:ef\n\n[Link]\nNamePolicy=keep\n"));
	iface = iface_of(&report, NULL);
	iface.is_virtual = true;
	handover_print_udev(&iface, &text);
	assert_string_equal(data, "");
}

static void networkd_has_what_is_static(void **state)
{
	struct netcfg_report four = lease_of(NETCFG_STATIC, "192.0.2.5", 24);
	struct netcfg_report six = lease_of(NETCFG_RA, "2001:db8::5", 64);
	struct handover_iface iface = iface_of(&four, &six);

	(void)state;
	add_gateway(&four, "192.0.2.1");
	four.lease.dns[0] = ip("192.0.2.53");
	four.lease.routes[four.lease.route_count++] = (struct lease_route){
		.network = ip("198.51.100.0"),
		.prefix_len = 24,
	};
	handover_print_networkd(&iface, &text);
	assert_non_null(strstr(data,
			       "\nDHCP=no\nIPv6AcceptRA=yes\nAddress=192.0.2.5/24\n"
			       "DNS=192.0.2.53\nDomains=example.org example.net\n"));
	assert_non_null(
		strstr(data, "\n[Route]\nGateway=192.0.2.1\nGatewayOnLink=yes\n"));
	assert_non_null(
		strstr(data, "\n[Route]\nDestination=198.51.100.0/24\nScope=link\n"));
}

static void manager_takes_a_lease_over(void **state)
{
	struct netcfg_report report = lease_of(NETCFG_DHCP4, "192.0.2.5", 24);
	struct handover_iface iface = iface_of(&report, NULL);

	(void)state;
	handover_print_manager(&iface, &text);
	assert_string_equal(strchr(data, '\n') + 1, "[device-rootling-eth0]\n"
						    "match-device=mac:52:54:00:ab:cd:ef\n"
						    "keep-configuration=no\n");
	text = BUF_OVER(data);
	iface.is_needed = true;
	handover_print_manager(&iface, &text);
	iface.is_needed = false;
	report.method = NETCFG_STATIC;
	handover_print_manager(&iface, &text);
	assert_string_equal(data, "");
}

static void what_a_shell_could_run_is_left_out(void **state)
{
	static const char *const hostile[] = { "a'b",  "$(reboot)", "`x`",
					       "a\nb", "a;b",	    "a\"b",
					       "a\\b", "\xc3\xa4",  "a|b" };
	struct netcfg_report report = lease_of(NETCFG_STATIC, "192.0.2.5", 24);
	struct handover_iface iface;

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		strcpy(report.lease.hostname, hostile[i]);
		strcpy(report.lease.domain, hostile[i]);
		strcpy(report.lease.root_path, hostile[i]);
		strcpy(report.lease.boot_file, hostile[i]);
		iface = iface_of(&report, NULL);
		handover_print_ipconfig(&iface, 0, &text);
		handover_print_networkd(&iface, &text);
		assert_non_null(strstr(data, "\nHOSTNAME=''\nDNSDOMAIN=''\n"));
		assert_non_null(strstr(data, "\nROOTPATH=''\nfilename=''\n"));
		assert_null(strstr(data, hostile[i]));
		assert_false(handover_name_is_plain(hostile[i]));
	}
	assert_true(handover_name_is_plain("bond0.5"));
	assert_false(handover_name_is_plain(".."));
	assert_false(handover_name_is_plain("a/b"));
	assert_false(handover_name_is_plain("a b"));
	assert_false(handover_name_is_plain(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipconfig_as_klibc_writes_it),
		cmocka_unit_test(ipconfig6_for_cloud_init),
		cmocka_unit_test(networkd_asks_as_we_asked),
		cmocka_unit_test(udev_leaves_a_card_its_name),
		cmocka_unit_test(networkd_has_what_is_static),
		cmocka_unit_test(manager_takes_a_lease_over),
		cmocka_unit_test(what_a_shell_could_run_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
