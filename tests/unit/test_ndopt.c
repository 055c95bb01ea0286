#include "netcfg/ndopt.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>

static struct ndopt option;

#define PARSE(text) ndopt_parse((text), sizeof(text) - 1, &option)

#define SERVER	    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"
#define OTHER	    "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x54"

/* RFC 8106, 5.1 */
static void name_servers(void **state)
{
	char text[IP_TEXT_SIZE];

	(void)state;
	assert_int_equal(PARSE("\x19\5\0\0\0\0\7\x8" SERVER OTHER), 0);
	assert_int_equal(option.type, NDOPT_RDNSS);
	assert_int_equal(option.lifetime_s, 1800);
	assert_int_equal(option.dns_count, 2);
	assert_string_equal(ip_format(text, &option.dns[0]), "2001:db8::53");
	assert_string_equal(ip_format(text, &option.dns[1]), "2001:db8::54");
	/* what stands behind it is another option */
	assert_int_equal(PARSE("\x19\3\0\0\xff\xff\xff\xff" SERVER OTHER), 0);
	assert_int_equal(option.dns_count, 1);
	assert_true(option.lifetime_s == LEASE_FOREVER);
	/* more than there is room for */
	assert_int_equal(PARSE("\x19\xb\0\0\0\0\0\1" SERVER OTHER SERVER OTHER SERVER),
			 0);
	assert_int_equal(option.dns_count, LEASE_DNS_MAX);
}

static void name_servers_that_cannot_be_reached_by_their_address_alone(void **state)
{
	(void)state;
	assert_int_equal(PARSE("\x19\x9\0\0\0\0\0\1"
			       "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
			       "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
			       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" SERVER),
			 0);
	assert_int_equal(option.dns_count, 1);
}

/* As dnsmasq 2.89 sends it; RFC 8106, 5.2: zeros fill the last eight bytes. */
static void search_lists(void **state)
{
	(void)state;
	assert_int_equal(PARSE("\x1f\3\0\0\xff\xff\xff\xff\3lab\7example\0\0\0\0"), 0);
	assert_int_equal(option.type, NDOPT_DNSSL);
	assert_string_equal(option.domain, "lab.example");
	assert_int_equal(PARSE("\x1f\3\0\0\0\0\0\1\1a\1b\0\3lab\0\0\0\0\0\0\0"), 0);
	assert_string_equal(option.domain, "a.b lab");
}

static void what_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(PARSE(""), -EBADMSG);
	assert_int_equal(PARSE("\x19\3\0\0\0\0\0"), -EBADMSG);
	assert_int_equal(PARSE("\x19\0\0\0\0\0\0\1" SERVER), -EBADMSG);
	assert_int_equal(PARSE("\x19\1\0\0\0\0\0\1"), -EBADMSG);
	assert_int_equal(PARSE("\x19\2\0\0\0\0\0\1" SERVER), -EBADMSG);
	assert_int_equal(PARSE("\x19\4\0\0\0\0\0\1" SERVER OTHER), -EBADMSG);
	assert_int_equal(PARSE("\x19\5\0\0\0\0\0\1" SERVER), -EBADMSG);
	assert_int_equal(PARSE("\x1f\2\0\0\0\0\0\1\7example"), -EBADMSG);
	assert_int_equal(PARSE("\x1f\2\0\0\0\0\0\1\3a;b\0\0\0\0"), -EBADMSG);
	assert_int_equal(PARSE("\3\1\0\0\0\0\0\1"), -ENOMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_servers),
		cmocka_unit_test(
			name_servers_that_cannot_be_reached_by_their_address_alone),
		cmocka_unit_test(search_lists),
		cmocka_unit_test(what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
