#include "netcfg/hostname.h"
#include "netcfg/ip_param.h"
#include "netcfg/plan.h"

#include "lib/ipv4.h"
#include "lib/log.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static uint32_t be(const char *text)
{
	uint32_t address_be;

	assert_int_equal(ipv4_parse(text, &address_be), 0);
	return address_be;
}

static struct ip_param parsed(const char *s)
{
	struct ip_param_error error = { "", "" };
	struct ip_param param;

	if (ip_param_parse(s, &param, &error))
		fail_msg("%s: %s: %s", s, error.field, error.reason);
	return param;
}

static void every_field_of_the_full_form(void **state)
{
	struct ip_param p =
		parsed("192.0.2.5:192.0.2.1:192.0.2.254:255.255.255.0:box.example:"
		       "eth0:off:192.0.2.53:192.0.2.54:192.0.2.123");

	(void)state;
	assert_int_equal(p.method, IP_METHOD_STATIC);
	assert_int_equal(p.client_be, be("192.0.2.5"));
	assert_int_equal(p.server_be, be("192.0.2.1"));
	assert_int_equal(p.gateway_be, be("192.0.2.254"));
	assert_int_equal(p.prefix_len, 24);
	assert_string_equal(p.host, "box.example");
	assert_string_equal(p.device, "eth0");
	assert_int_equal(p.dns_be[0], be("192.0.2.53"));
	assert_int_equal(p.dns_be[1], be("192.0.2.54"));
	assert_int_equal(p.ntp_be, be("192.0.2.123"));
}

static void methods(void **state)
{
	static const struct {
		const char *value;
		enum ip_method method;
	} rows[] = {
		{ "", IP_METHOD_NONE },
		{ "off", IP_METHOD_NONE },
		{ "none", IP_METHOD_NONE },
		{ "on", IP_METHOD_DHCP },
		{ "any", IP_METHOD_DHCP },
		{ "dhcp", IP_METHOD_DHCP },
		{ "both", IP_METHOD_DHCP },
		{ ":::::eth0", IP_METHOD_DHCP },
		{ ":::::eth0:off", IP_METHOD_NONE },
		{ "::::box::dhcp", IP_METHOD_DHCP },
		{ "10.0.0.2:::8", IP_METHOD_STATIC },
		{ "10.0.0.2:::8:::dhcp", IP_METHOD_STATIC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parsed(rows[i].value).method, rows[i].method);
}

static void a_wrong_field_is_named(void **state)
{
	static const struct {
		const char *value, *field;
	} rows[] = {
		{ "bootp", "autoconf" },
		{ "DHCP", "autoconf" },
		{ "dhcp,1,abc", "autoconf" },
		{ "10.0.0.2", "netmask" },
		{ "10.0.0.2:::", "netmask" },
		{ "10.0.0.2:::255.0.255.0", "netmask" },
		{ "10.0.0.2:::0", "netmask" },
		{ "10.0.0.2:::33", "netmask" },
		{ "10.0.0.2:::0.0.0.0", "netmask" },
		{ "10.0.0.256:::8", "client" },
		{ "10.0.0.02:::8", "client" },
		{ "10.0.0:::8", "client" },
		{ "10.0.0.2.3:::8", "client" },
		{ "127.0.0.1:::8", "client" },
		{ "224.0.0.1:::8", "client" },
		{ "[2001:db8::1]::::eth0", "client" },
		{ "eth0:dhcp", "client" },
		{ ":x", "server" },
		{ "::x", "gateway" },
		{ "::::a b", "host" },
		{ "::::a;b", "host" },
		{ "::::-a", "host" },
		{ "::::0123456789012345678901234567890123456789012345678901234567890123",
		  "host" },
		{ ":::::a/b", "device" },
		{ ":::::..", "device" },
		{ ":::::0123456789abcdef", "device" },
		{ "::::::x", "autoconf" },
		{ ":::::::x", "dns0" },
		{ ":::::::10.0.0.1:1500", "dns1" },
		{ ":::::::::x", "ntp0" },
		{ "::::::::::", "ntp0" },
	};
	struct ip_param_error error;
	struct ip_param untouched = { .ntp_be = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ip_param_parse(rows[i].value, &untouched, &error),
				 -EINVAL);
		assert_string_equal(error.field, rows[i].field);
		assert_int_equal(untouched.ntp_be, 7);
	}
}

static void a_value_that_is_too_long_is_refused(void **state)
{
	struct ip_param_error error;
	struct ip_param param;
	char value[400];

	(void)state;
	memset(value, ':', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(ip_param_parse(value, &param, &error), -EINVAL);
	assert_string_equal(error.field, "value");
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
		"52x54x00xabxcdxef",
		"5-254-00-ab-cd-ef",
		"g2-54-00-ab-cd-ef",
		"52-54-00-ab-cd-",
		"52-54-00-ab-cd-ef-",
	};
	uint8_t mac[6];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(ip_param_parse_bootif(good[i], mac), 0);
		assert_memory_equal(mac, expected, 6);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ip_param_parse_bootif(bad[i], mac) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
}

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

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa }, mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static void a_named_device_goes_before_the_first_that_comes(void **state)
{
	struct netcfg_request request = {
		.ip = { "dhcp", ":::::eth1:off" },
		.ip_count = 2,
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_ptr_equal(plan_find(&plan, "eth0", mac_a), &plan.rows[0]);
	assert_ptr_equal(plan_find(&plan, "eth1", mac_b), &plan.rows[1]);
}

static void bootif_chooses_unless_a_device_is_named(void **state)
{
	struct netcfg_request request = {
		.ip = { "dhcp", ":::::eth1:dhcp" },
		.ip_count = 2,
		.bootif = "01-02-00-00-00-00-0a",
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_ptr_equal(plan_find(&plan, "eth0", mac_a), &plan.rows[0]);
	assert_null(plan_find(&plan, "eth2", mac_b));
	assert_ptr_equal(plan_find(&plan, "eth1", mac_b), &plan.rows[1]);
}

static void without_ip_every_interface_asks(void **state)
{
	struct netcfg_request request = { .nameserver = { "192.0.2.53" } };
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&request, &plan), 0);
	assert_int_equal(plan_find(&plan, "eth0", mac_a)->method, IP_METHOD_DHCP);
	assert_int_equal(plan.nameserver_be[0], be("192.0.2.53"));
}

static void what_is_wrong_is_left_out(void **state)
{
	struct netcfg_request request = {
		.ip = { "nonsense", ":::::eth0:dhcp" },
		.ip_count = 2,
		.bootif = "nonsense",
		.nameserver = { "nonsense", "192.0.2.1" },
	};
	struct plan plan;

	(void)state;
	log_set_level(LOG_ERR - 1);
	assert_int_equal(plan_make(&request, &plan), -EINVAL);
	assert_int_equal(plan.row_count, 1);
	assert_false(plan.has_bootif);
	assert_int_equal(plan.nameserver_be[0], 0);
	assert_int_equal(plan.nameserver_be[1], be("192.0.2.1"));
	assert_null(plan_find(&plan, "eth1",
			      mac_a)); /* never wider than what was asked for */
}

static void netmasks(void **state)
{
	(void)state;
	for (int len = 0; len <= 32; len++)
		assert_int_equal(ipv4_prefix_len(ipv4_netmask_be((unsigned)len)), len);
	assert_int_equal(ipv4_netmask_be(20), be("255.255.240.0"));
	assert_int_equal(ipv4_prefix_len(be("255.0.255.0")), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_the_full_form),
		cmocka_unit_test(methods),
		cmocka_unit_test(a_wrong_field_is_named),
		cmocka_unit_test(a_value_that_is_too_long_is_refused),
		cmocka_unit_test(bootif_forms),
		cmocka_unit_test(host_names),
		cmocka_unit_test(a_named_device_goes_before_the_first_that_comes),
		cmocka_unit_test(bootif_chooses_unless_a_device_is_named),
		cmocka_unit_test(without_ip_every_interface_asks),
		cmocka_unit_test(what_is_wrong_is_left_out),
		cmocka_unit_test(netmasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
