#include "netcfg/ip_param.h"

#include "lib/buf.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static void put_address(struct buf *b, const char *name, const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	if (ip->family)
		buf_printf(b, " %s=%s", name, ip_format(text, ip));
}

static void put_bytes(struct buf *b, const char *name, const uint8_t *bytes, size_t count)
{
	buf_printf(b, " %s=", name);
	for (size_t i = 0; i < count; i++)
		buf_printf(b, "%02x", bytes[i]);
}

/* Everything that was said, in one line: methods first, then what is not empty. */
static const char *described(const struct ip_param *p)
{
	static const char *const methods[] = { "static", "dhcp4", "auto6",
					       "dhcp6",	 "link6", "ibft" };
	static char text[512];
	struct buf b = BUF_OVER(text);

	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (p->methods & 1u << i)
			buf_printf(&b, "%s%s", b.len ? "+" : "", methods[i]);
	if (!p->methods)
		buf_puts(&b, "none");
	put_address(&b, "client", &p->client);
	if (p->prefix_len)
		buf_printf(&b, "/%u", p->prefix_len);
	put_address(&b, "server", &p->server);
	put_address(&b, "peer", &p->peer);
	put_address(&b, "gateway", &p->gateway);
	if (*p->host)
		buf_printf(&b, " host=%s", p->host);
	if (*p->device)
		buf_printf(&b, " device=%s", p->device);
	put_address(&b, "dns0", &p->dns[0]);
	put_address(&b, "dns1", &p->dns[1]);
	put_address(&b, "ntp", &p->ntp);
	if (p->mtu)
		buf_printf(&b, " mtu=%u", p->mtu);
	if (p->has_mac)
		put_bytes(&b, "mac", p->mac, sizeof(p->mac));
	if (p->client_id_len)
		put_bytes(&b, "id", p->client_id, p->client_id_len);
	assert_false(b.truncated);
	return text;
}

struct vector {
	const char *value, *expected;
};

static void check(const struct vector *rows, size_t count)
{
	struct ip_param_error error;
	struct ip_param param;

	for (size_t i = 0; i < count; i++) {
		if (ip_param_parse(rows[i].value, &param, &error))
			fail_msg("%s: %s: %s: %s", rows[i].value, error.field,
				 error.value, error.reason);
		if (strcmp(described(&param), rows[i].expected) != 0)
			fail_msg("%s: %s, not %s", rows[i].value, described(&param),
				 rows[i].expected);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void forms_of_nfsroot_rst(void **state)
{
	static const struct vector rows[] = {
		{ "", "none" },
		{ "off", "none" },
		{ "none", "none" },
		{ "on", "dhcp4" },
		{ "any", "dhcp4" },
		{ "dhcp", "dhcp4" },
		{ "both", "dhcp4" },
		{ "dhcp,1,abc", "dhcp4 id=01616263" },
		{ "dhcp,0xff,a:b", "dhcp4 id=ff613a62" },
		{ "::::::dhcp,0,box", "dhcp4 id=00626f78" },
		{ "::::::", "dhcp4" },
		{ ":::::eth0", "dhcp4 device=eth0" },
		{ ":::::eth0:off", "none device=eth0" },
		{ "::::::dhcp", "dhcp4" },
		{ "::::box::dhcp", "dhcp4 host=box" },
		{ "::::box.example:eth0:any", "dhcp4 host=box.example device=eth0" },
		{ "192.0.2.5:192.0.2.1:192.0.2.254:255.255.255.0:box:eth0:off",
		  "static client=192.0.2.5/24 server=192.0.2.1 gateway=192.0.2.254 host=box "
		  "device=eth0" },
		{ "192.0.2.5:192.0.2.1:192.0.2.254:255.255.255.0:box.example:eth0:off:"
		  "192.0.2.53:192.0.2.54:192.0.2.123",
		  "static client=192.0.2.5/24 server=192.0.2.1 gateway=192.0.2.254 "
		  "host=box.example device=eth0 dns0=192.0.2.53 dns1=192.0.2.54 "
		  "ntp=192.0.2.123" },
		{ ":::::::192.0.2.53", "dhcp4 dns0=192.0.2.53" },
		{ "::::::::192.0.2.54", "dhcp4 dns1=192.0.2.54" },
		{ ":::::::::192.0.2.123", "dhcp4 ntp=192.0.2.123" },
		{ ":192.0.2.1:::::dhcp", "dhcp4 server=192.0.2.1" },
		{ ":::::::::", "dhcp4" },
		/* a client address is used, not asked for */
		{ "10.0.0.2:::8", "static client=10.0.0.2/8" },
		{ "10.0.0.2:::255.0.0.0:::dhcp", "static client=10.0.0.2/8" },
		{ "10.0.0.2:::255.255.255.255", "static client=10.0.0.2/32" },
	};

	(void)state;
	CHECK(rows);
}

static void forms_of_dracut_cmdline(void **state)
{
	static const struct vector rows[] = {
		{ "dhcp6", "dhcp6" },
		{ "auto6", "auto6" },
		{ "either6", "auto6+dhcp6" },
		{ "link6", "link6" },
		{ "single-dhcp", "dhcp4" },
		{ "ibft", "ibft" },
		{ "eth0:dhcp", "dhcp4 device=eth0" },
		{ "eth0:on", "dhcp4 device=eth0" },
		{ "eth0:any", "dhcp4 device=eth0" },
		{ "eth0:dhcp6", "dhcp6 device=eth0" },
		{ "eth0:auto6", "auto6 device=eth0" },
		{ "eth0:either6", "auto6+dhcp6 device=eth0" },
		{ "eth0:link6", "link6 device=eth0" },
		{ "eth0:off", "none device=eth0" },
		{ "eth0:none:9000", "none device=eth0 mtu=9000" },
		{ "eth0.5:dhcp", "dhcp4 device=eth0.5" },
		{ "0net:dhcp", "dhcp4 device=0net" },
		{ ":dhcp", "dhcp4" },
		{ "eth0:dhcp:1400", "dhcp4 device=eth0 mtu=1400" },
		{ "eth0:dhcp:1400:", "dhcp4 device=eth0 mtu=1400" },
		{ "eth0:dhcp::52:54:00:ab:cd:ef", "dhcp4 device=eth0 mac=525400abcdef" },
		{ "eth0:dhcp:1400:52:54:00:ab:cd:ef",
		  "dhcp4 device=eth0 mtu=1400 mac=525400abcdef" },
		{ "eth0:dhcp::52-54-00-AB-CD-EF", "dhcp4 device=eth0 mac=525400abcdef" },
		{ "eth0:dhcp,auto6", "dhcp4+auto6 device=eth0" },
		{ "eth0:dhcp,1,abc", "dhcp4 device=eth0 id=01616263" },
		{ "192.0.2.5::192.0.2.1:24::eth0:none",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 device=eth0" },
		{ "192.0.2.5::192.0.2.1:255.255.255.0:box:eth0:off:1400",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 host=box device=eth0 mtu=1400" },
		{ "192.0.2.5::192.0.2.1:24::eth0:none:1400:52:54:00:ab:cd:ef",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 device=eth0 mtu=1400 "
		  "mac=525400abcdef" },
		{ "192.0.2.5::192.0.2.1:24::eth0:none::52:54:00:ab:cd:ef",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 device=eth0 mac=525400abcdef" },
		{ "::::box:eth0:dhcp:1400", "dhcp4 host=box device=eth0 mtu=1400" },
		{ "192.0.2.5::192.0.2.1:24::eth0:none:192.0.2.53",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 device=eth0 dns0=192.0.2.53" },
		{ "192.0.2.5::192.0.2.1:24::eth0:none:192.0.2.53:[2001:db8::53]",
		  "static client=192.0.2.5/24 gateway=192.0.2.1 device=eth0 dns0=192.0.2.53 "
		  "dns1=2001:db8::53" },
		{ "[2001:db8::5]::[2001:db8::1]:64::eth0:none",
		  "static client=2001:db8::5/64 gateway=2001:db8::1 device=eth0" },
		{ "[2001:db8::5]::[fe80::1]:64:box:eth0:off:[2001:db8::53]",
		  "static client=2001:db8::5/64 gateway=fe80::1 host=box device=eth0 "
		  "dns0=2001:db8::53" },
		{ "[2001:db8::5/64]:::::eth0:none",
		  "static client=2001:db8::5/64 device=eth0" },
		{ "[2001:db8::5]/64:::::eth0:none",
		  "static client=2001:db8::5/64 device=eth0" },
		{ "[2001:db8::5/64]", "static client=2001:db8::5/64" },
		{ "192.0.2.5/24", "static client=192.0.2.5/24" },
		{ "192.0.2.5/24:::24", "static client=192.0.2.5/24" },
		/* the other family is asked for */
		{ "192.0.2.5:::24::eth0:auto6",
		  "static+auto6 client=192.0.2.5/24 device=eth0" },
		{ "[2001:db8::5]:::64::eth0:dhcp",
		  "static+dhcp4 client=2001:db8::5/64 device=eth0" },
		{ "[2001:db8::5]:::64::eth0:either6",
		  "static client=2001:db8::5/64 device=eth0" },
		/* the second field is a peer when the link has two ends */
		{ "192.0.2.5:192.0.2.1/31::::eth0:none",
		  "static client=192.0.2.5/31 server=192.0.2.1 peer=192.0.2.1 device=eth0" },
		{ "192.0.2.5:192.0.2.1::255.255.255.255::eth0:none",
		  "static client=192.0.2.5/32 server=192.0.2.1 peer=192.0.2.1 device=eth0" },
		{ "[2001:db8::5]:[2001:db8::1]::128::eth0:none",
		  "static client=2001:db8::5/128 server=2001:db8::1 peer=2001:db8::1 "
		  "device=eth0" },
		{ "[2001:db8::5]:192.0.2.1::128::eth0:none",
		  "static client=2001:db8::5/128 server=192.0.2.1 device=eth0" },
	};

	(void)state;
	CHECK(rows);
}

#define NAME_64 "0123456789012345678901234567890123456789012345678901234567890123"

static void a_wrong_field_is_named(void **state)
{
	static const struct {
		const char *value, *field, *bad;
	} rows[] = {
		{ "bootp", "autoconf", "bootp" },
		{ "rarp", "autoconf", "rarp" },
		{ "::::::bootp", "autoconf", "bootp" },
		{ "eth0:rarp", "autoconf", "rarp" },
		{ "DHCP", "autoconf", "DHCP" },
		{ "dhcpx", "autoconf", "dhcpx" },
		{ "eth0", "autoconf", "eth0" },
		{ "eth0:dhpc", "autoconf", "dhpc" },
		{ "dhcp,", "autoconf", "dhcp," },
		{ "dhcp,dhcp7", "autoconf", "dhcp,dhcp7" },
		{ "dhcp,1", "autoconf", "dhcp,1" },
		{ "dhcp,1,", "autoconf", "dhcp,1," },
		{ "dhcp,256,a", "autoconf", "dhcp,256,a" },
		{ "dhcp,0xfff,a", "autoconf", "dhcp,0xfff,a" },
		{ "dhcp,1x,a", "autoconf", "dhcp,1x,a" },
		{ "::::::x", "autoconf", "x" },
		{ "dhcp,1," NAME_64, "autoconf", NULL },
		{ "10.0.0.2", "netmask", "" },
		{ "10.0.0.2:::", "netmask", "" },
		{ "10.0.0.2:::255.0.255.0", "netmask", "255.0.255.0" },
		{ "10.0.0.2:::0", "netmask", "0" },
		{ "10.0.0.2:::33", "netmask", "33" },
		{ "10.0.0.2:::0.0.0.0", "netmask", "0.0.0.0" },
		{ "10.0.0.2/24:::16", "netmask", "16" },
		{ "[2001:db8::5]::::eth0", "netmask", "" },
		{ "[2001:db8::5]:::129", "netmask", "129" },
		{ "[2001:db8::5]:::255.255.255.0", "netmask", "255.255.255.0" },
		{ "10.0.0.256:::8", "client", "10.0.0.256" },
		{ "10.0.0.02:::8", "client", "10.0.0.02" },
		{ "10.0.0:::8", "client", "10.0.0" },
		{ "10.0.0.2.3:::8", "client", "10.0.0.2.3" },
		{ "127.0.0.1:::8", "client", "127.0.0.1" },
		{ "224.0.0.1:::8", "client", "224.0.0.1" },
		{ "10.0.0.2/0", "client", "10.0.0.2/0" },
		{ "10.0.0.2/33", "client", "10.0.0.2/33" },
		{ "10.0.0.2/x", "client", "10.0.0.2/x" },
		{ "[ff02::1]:::64", "client", "[ff02::1]" },
		{ "[10.0.0.2]:::8", "client", "[10.0.0.2]" },
		{ "[2001:db8::5]6:::64", "client", "[2001:db8::5]6" },
		{ "[2001:db8::5%eth0]:::64", "client", "[2001:db8::5%eth0]" },
		{ "2001:db8::5::64::eth0:none", "client", "2001" },
		{ "2001:db8::5", "client", "2001" },
		{ "[2001:db8::5:::64", "client", "[2001:db8::5:::64" },
		{ ":x::", "autoconf", "x" },
		{ ":x:::::", "server", "x" },
		{ "10.0.0.2:[2001:db8::1]/64::8", "server", "[2001:db8::1]/64" },
		{ "::x", "gateway", "x" },
		{ "10.0.0.2::[2001:db8::1]:8", "gateway", "[2001:db8::1]" },
		{ "::::a b", "host", "a b" },
		{ "::::a;b", "host", "a;b" },
		{ "::::-a", "host", "-a" },
		{ "::::" NAME_64, "host", NULL },
		{ ":::::a/b", "device", "a/b" },
		{ ":::::..", "device", ".." },
		{ ":::::0123456789abcdef", "device", "0123456789abcdef" },
		{ "a/b:dhcp", "device", "a/b" },
		{ ":::::::x", "mtu", "x" },
		{ ":::::::67", "mtu", "67" },
		{ ":::::::65536", "mtu", "65536" },
		{ "eth0:dhcp:x", "mtu", "x" },
		{ "eth0:dhcp:1400:52:54:00:ab:cd", "mac", "52:54:00:ab:cd" },
		{ "eth0:dhcp::01:00:5e:00:00:01", "mac", "01:00:5e:00:00:01" },
		{ "eth0:dhcp::00:00:00:00:00:00", "mac", "00:00:00:00:00:00" },
		{ ":::::::10.0.0.1:1500", "dns1", "1500" },
		{ ":::::::10.0.0.1:::x", "ntp0", "x" },
		{ ":::::::10.0.0.1:::", "ntp0", "" },
		{ ":::::::::::::::::", "value", NULL },
		{ "::::a\033[31m", "host", "a\\x1b[31m" },
	};
	struct ip_param_error error;
	struct ip_param untouched = { .mtu = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ip_param_parse(rows[i].value, &untouched, &error) != -EINVAL)
			fail_msg("%s was taken", rows[i].value);
		if (strcmp(error.field, rows[i].field) != 0 ||
		    (rows[i].bad && strcmp(error.value, rows[i].bad) != 0))
			fail_msg("%s: %s: %s, not %s: %s", rows[i].value, error.field,
				 error.value, rows[i].field, rows[i].bad);
		assert_int_equal(untouched.mtu, 7);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_nfsroot_rst),
		cmocka_unit_test(forms_of_dracut_cmdline),
		cmocka_unit_test(a_wrong_field_is_named),
		cmocka_unit_test(a_value_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
