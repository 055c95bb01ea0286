/* What the command line says goes before what a server says. */
#include "netcfg/settings.h"

#include "netcfg/pnp.h"
#include "tests/unit/cmocka_all.h"

#include <string.h>

static struct ip ip(const char *text)
{
	struct ip out;

	assert_int_equal(ip_parse(text, &out), 0);
	return out;
}

static void assert_ip(const struct ip *a, const char *text)
{
	char out[IP_TEXT_SIZE];

	assert_string_equal(ip_format(out, a), text);
}

static struct lease a_lease(void)
{
	return (struct lease){
		.address = ip("10.0.0.5"),
		.prefix_len = 24,
		.routes = { { .gateway = ip("10.0.0.1") } },
		.route_count = 1,
		.dns = { ip("10.0.0.2"), ip("10.0.0.3") },
		.lease_s = 60,
		.hostname = "other",
		.domain = "lease.example",
	};
}

static void the_command_line_goes_before_the_lease(void **state)
{
	struct plan plan = {
		.nameservers = { ip("10.0.0.9") },
		.nameserver_count = 1,
	};
	struct ip_param row = {
		.gateway = ip("10.0.0.254"),
		.host = "box.example",
		.dns = { ip("10.0.0.9"), ip("10.0.0.8") },
		.ntp = ip("10.0.0.7"),
		.mtu = 1400,
	};
	struct lease lease = a_lease(), settings;
	struct ip gateway;

	(void)state;
	settings_make(&plan, &row, "eth0", &lease, &settings);
	assert_ip(&settings.address, "10.0.0.5");
	gateway = settings_gateway(&settings);
	assert_ip(&gateway, "10.0.0.254");
	assert_int_equal(settings.route_count, 1);
	assert_ip(&settings.dns[0], "10.0.0.9");
	assert_ip(&settings.dns[1], "10.0.0.8");
	assert_ip(&settings.dns[2], "10.0.0.2");
	assert_ip(&settings.ntp, "10.0.0.7");
	assert_int_equal(settings.mtu, 1400);
	assert_string_equal(settings.hostname, "box");
	assert_string_equal(settings.domain, "lease.example");

	plan.ignores_peer_dns = true;
	settings_make(&plan, &row, "eth0", &lease, &settings);
	assert_ip(&settings.dns[2], "");

	row = (struct ip_param){ 0 };
	settings_make(&plan, &row, "eth0", &lease, &settings);
	gateway = settings_gateway(&settings);
	assert_ip(&gateway, "10.0.0.1");
	assert_string_equal(settings.hostname, "other");
}

static void a_static_address_needs_no_lease(void **state)
{
	struct plan plan = { 0 };
	struct ip_param row = {
		.client = ip("2001:db8::5"),
		.server = ip("2001:db8::1"),
		.gateway = ip("fe80::1"),
		.prefix_len = 64,
		.host = "box.example",
	};
	struct lease settings;
	struct ip gateway, none = { 0 };

	(void)state;
	settings_make(&plan, &row, "eth0", NULL, &settings);
	assert_ip(&settings.address, "2001:db8::5");
	assert_int_equal(settings.lease_s, LEASE_FOREVER);
	gateway = settings_gateway(&settings);
	assert_ip(&gateway, "fe80::1");
	assert_false(settings_is_foreign(&settings, &none, &gateway));
	assert_ip(&settings.boot_server, "2001:db8::1");
	assert_string_equal(settings.domain, "example");
}

static void a_route_goes_where_its_gateway_is(void **state)
{
	struct plan plan = {
		.row_count = 2,
		.routes = {
			{ .route = { ip("192.0.2.0"), ip("10.0.0.77"), 24 } },
			{ .route = { ip("198.51.100.0"), ip("10.9.9.9"), 24 }, .device = "eth1" },
			{ .route = { ip("203.0.113.0"), ip("10.8.8.8"), 24 } },
			{ .route = { ip("2001:db8::"), { 0 }, 32 } },
		},
		.route_count = 4,
	};
	struct lease lease = a_lease(), settings;
	struct ip peer = { 0 };

	(void)state;
	settings_make(&plan, &plan.rows[1], "eth0", &lease, &settings);
	assert_int_equal(settings.route_count, 2);
	assert_ip(&settings.routes[1].network, "192.0.2.0");
	settings_make(&plan, &plan.rows[1], "eth1", &lease, &settings);
	assert_int_equal(settings.route_count, 3);
	assert_ip(&settings.routes[2].network, "198.51.100.0");
	assert_true(settings_has_route(&settings, &plan.routes[1].route));
	assert_false(settings_has_route(&settings, &plan.routes[2].route));
	/* the first ip= takes what nobody is next to */
	settings_make(&plan, &plan.rows[0], "eth0", &lease, &settings);
	assert_int_equal(settings.route_count, 3);
	assert_ip(&settings.routes[2].network, "203.0.113.0");
	assert_true(settings_is_foreign(&settings, &peer, &settings.routes[2].gateway));
	peer = settings.routes[2].gateway;
	assert_false(settings_is_foreign(&settings, &peer, &peer));
}

static void more_routes_than_fit_are_left_out(void **state)
{
	struct plan plan = {
		.routes = { { .route = { ip("192.0.2.0"), ip("10.0.0.77"), 24 } } },
		.route_count = 1,
	};
	struct lease lease = a_lease(), settings;

	(void)state;
	lease.route_count = LEASE_ROUTES_MAX;
	settings_make(&plan, &plan.rows[0], "eth0", &lease, &settings);
	assert_int_equal(settings.route_count, LEASE_ROUTES_MAX);
}

static void the_kernels_own_words_are_read(void **state)
{
	struct lease lease = { 0 };

	(void)state;
	pnp_parse("#PROTO: DHCP\ndomain example.com\nnameserver 10.0.2.3\n"
		  "nameserver 10.0.2.4\nbootserver 10.0.2.2\n",
		  &lease);
	assert_string_equal(lease.domain, "example.com");
	assert_ip(&lease.dns[0], "10.0.2.3");
	assert_ip(&lease.dns[1], "10.0.2.4");
	assert_ip(&lease.boot_server, "10.0.2.2");

	memset(&lease, 0, sizeof(lease));
	pnp_parse(
		"#MANUAL\ndomain $(reboot)\nnameserver\nnameserver x\nnameserver 1.2.3.4",
		&lease);
	assert_string_equal(lease.domain, "");
	assert_ip(&lease.dns[0], "1.2.3.4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line_goes_before_the_lease),
		cmocka_unit_test(a_static_address_needs_no_lease),
		cmocka_unit_test(a_route_goes_where_its_gateway_is),
		cmocka_unit_test(more_routes_than_fit_are_left_out),
		cmocka_unit_test(the_kernels_own_words_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
