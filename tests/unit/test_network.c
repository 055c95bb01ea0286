#include "init/network.h"
#include "lib/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct netcfg_report report(uint32_t kind, const char *ifname)
{
	struct netcfg_report r = { .kind = kind };

	memcpy(r.ifname, ifname, strlen(ifname));
	return r;
}

static void take_lease(struct network *n, const char *ifname, uint32_t method,
		       const char *address, const char *dns)
{
	struct netcfg_report r = report(NETCFG_CONFIGURED, ifname);

	r.method = method;
	assert_int_equal(ip_parse(address, &r.lease.address), 0);
	r.lease.prefix_len = 24;
	if (dns)
		assert_int_equal(ip_parse(dns, &r.lease.dns[0]), 0);
	network_take(n, &r);
}

static void take_state(struct network *n, const char *ifname, uint32_t state)
{
	struct netcfg_report r = report(NETCFG_STATE, ifname);

	r.state = state;
	network_take(n, &r);
}

static const char *lack(const struct network *n)
{
	static char text[256];
	struct buf b = BUF_OVER(text);

	network_print_lack(n, &b);
	return text;
}

static void each_interface_says_what_it_lacks(void **state)
{
	struct network n = { 0 };
	struct netcfg_report failed = report(NETCFG_FAILED, "eth2");

	(void)state;
	assert_string_equal(lack(&n), "no network card has come up");
	take_state(&n, "eth0", NETCFG_NO_CARRIER);
	take_state(&n, "eth1", NETCFG_ASKING);
	failed.err = -EADDRINUSE;
	network_take(&n, &failed);
	assert_string_equal(lack(&n),
			    "eth0: no carrier; eth1: no answer from a DHCP server or a "
			    "router; eth2: Address already in use");
	take_lease(&n, "eth1", NETCFG_DHCP4, "192.0.2.9", NULL);
	assert_string_equal(lack(&n), "eth0: no carrier; eth2: Address already in use");
}

static void an_address_of_the_link_alone_is_none(void **state)
{
	struct network n = { 0 };

	(void)state;
	take_lease(&n, "eth0", NETCFG_RA, "fe80::1", NULL);
	assert_false(network_is_up(&n));
	take_lease(&n, "eth0", NETCFG_RA, "2001:db8::1", NULL);
	assert_true(network_is_up(&n));
	assert_int_equal(network_first(&n)->lease.address.family, IP_V6);
	take_lease(&n, "eth1", NETCFG_DHCP4, "192.0.2.9", NULL);
	assert_int_equal(network_first(&n)->lease.address.family, IP_V4);
}

static void what_is_put_down_has_no_lease(void **state)
{
	struct network n = { 0 };

	(void)state;
	take_lease(&n, "eth0", NETCFG_DHCP4, "192.0.2.9", "192.0.2.1");
	take_lease(&n, "eth1", NETCFG_DHCP4, "192.0.2.10", "192.0.2.2");
	take_state(&n, "eth0", NETCFG_DOWN);
	assert_string_equal(network_first(&n)->ifname, "eth1");
	take_state(&n, "eth1", NETCFG_DOWN);
	assert_false(network_is_up(&n));
}

static void a_lease_that_is_lost_alone_is_forgotten(void **state)
{
	struct network n = { 0 };
	struct netcfg_report lost = report(NETCFG_FAILED, "eth0");

	(void)state;
	take_lease(&n, "eth0", NETCFG_DHCP4, "192.0.2.9", "192.0.2.1");
	take_lease(&n, "eth0", NETCFG_RA, "2001:db8::1", NULL);
	lost.method = NETCFG_DHCP4;
	lost.err = -EADDRNOTAVAIL;
	network_take(&n, &lost);
	assert_int_equal(network_first(&n)->lease.address.family, IP_V6);
	lost.method = NETCFG_RA;
	network_take(&n, &lost);
	assert_false(network_is_up(&n));
}

static void a_wrong_option_is_what_is_lacking(void **state)
{
	struct network n = { 0 };
	struct netcfg_report wrong = report(NETCFG_FAILED, "");

	(void)state;
	wrong.err = -EINVAL;
	network_take(&n, &wrong);
	assert_string_equal(lack(&n),
			    "an option of the network is wrong, the log says which");
}

static void name_servers_come_once(void **state)
{
	struct network n = { 0 };
	struct ip dns[NETWORK_DNS_MAX];

	(void)state;
	take_lease(&n, "eth0", NETCFG_DHCP4, "192.0.2.9", "192.0.2.1");
	take_lease(&n, "eth1", NETCFG_DHCP4, "192.0.2.10", "192.0.2.1");
	take_lease(&n, "eth1", NETCFG_RA, "2001:db8::1", "2001:db8::53");
	assert_int_equal(network_dns(&n, dns, NETWORK_DNS_MAX), 2);
	assert_int_equal(dns[1].family, IP_V6);
	assert_int_equal(network_dns(&n, dns, 1), 1);
}

static void what_a_server_says_of_the_boot_is_shown(void **state)
{
	struct network n = { 0 };
	struct netcfg_report r = report(NETCFG_CONFIGURED, "eth0");
	char text[1024];
	struct buf b = BUF_OVER(text);

	(void)state;
	strcpy(r.lease.root_path, "nbd:192.0.2.1:a");
	strcpy(r.lease.boot_file, "a/b");
	r.lease.vendor = (struct lease_bytes){ 2, { 0x01, 0xff } };
	r.lease.vendor_class = (struct lease_bytes){ 1, { 0x7c } };
	r.lease.vendor_options = (struct lease_bytes){ 1, { 0x7d } };
	network_take(&n, &r);
	network_print_json(&n, &b);
	assert_non_null(strstr(text,
			       ",\"root_path\":\"nbd:192.0.2.1:a\",\"boot_file\":\"a/b\","
			       "\"vendor\":\"01ff\",\"vendor_class\":\"7c\","
			       "\"vendor_options\":\"7d\"}"));
}

/* What a worker that was taken over may send. */
static void strings_without_an_end_are_ended(void **state)
{
	struct network n = { 0 };
	struct netcfg_report r;
	char text[8192];
	struct buf b = BUF_OVER(text);

	(void)state;
	memset(&r, 'x', sizeof(r));
	for (uint32_t kind = 0; kind < 6; kind++) {
		r.kind = kind;
		network_take(&n, &r);
	}
	assert_true(n.count > 0 && n.count <= NETWORK_REPORTS_MAX);
	assert_true(strlen(n.reports[0].ifname) < sizeof(r.ifname));
	network_print_json(&n, &b);
	network_print_lines(&n, &b);
	(void)lack(&n);
}

static void more_than_fits_is_left_out(void **state)
{
	struct network n = { 0 };
	char name[] = "eth00";

	(void)state;
	for (unsigned i = 0; i < NETWORK_REPORTS_MAX + 10; i++) {
		name[3] = (char)('0' + i / 10);
		name[4] = (char)('0' + i % 10);
		take_state(&n, name, NETCFG_NO_CARRIER);
	}
	assert_int_equal(n.count, NETWORK_REPORTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_interface_says_what_it_lacks),
		cmocka_unit_test(an_address_of_the_link_alone_is_none),
		cmocka_unit_test(what_is_put_down_has_no_lease),
		cmocka_unit_test(a_lease_that_is_lost_alone_is_forgotten),
		cmocka_unit_test(a_wrong_option_is_what_is_lacking),
		cmocka_unit_test(name_servers_come_once),
		cmocka_unit_test(what_a_server_says_of_the_boot_is_shown),
		cmocka_unit_test(strings_without_an_end_are_ended),
		cmocka_unit_test(more_than_fits_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
