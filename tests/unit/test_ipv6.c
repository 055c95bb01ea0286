/* Compared with glibc, and with what RFC 5952 says. */
#include "lib/ipv6.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void text_is_read_as_the_libc_reads_it(void **state)
{
	static const char *const texts[] = {
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"2001:DB8::A",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7::",
		"::2:3:4:5:6:7:8",
		"1::8",
		"::ffff:192.0.2.1",
		"::192.0.2.1",
		"1:2:3:4:5:6:192.0.2.1",
		"64:ff9b::192.0.2.33",
		"fe80::0202:b3ff:fe1e:8329",
		"",
		":",
		":::",
		"1",
		"1:",
		":1",
		"1::2::3",
		"1:::2",
		"::1:",
		"12345::",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:192.0.2.1",
		"::192.0.2",
		"::192.0.2.1:1",
		"::256.0.0.1",
		"::g",
		"::1%eth0",
		"[::1]",
		" ::1",
		"::1 ",
		"1:2:3:4::5:6:7:8",
		"192.0.2.1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		uint8_t ours[16], theirs[16];
		int is_address = inet_pton(AF_INET6, texts[i], theirs) == 1;

		memset(ours, 0xee, sizeof(ours));
		if (ipv6_parse(texts[i], ours) != (is_address ? 0 : -EINVAL))
			fail_msg("%s", texts[i]);
		if (is_address)
			assert_memory_equal(ours, theirs, 16);
		else
			assert_int_equal(ours[0], 0xee);
	}
}

static void addresses_are_written_as_rfc_5952_says(void **state)
{
	static const struct {
		const char *given, *written;
	} rows[] = {
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0:0:0:0:0:0:0:1", "::1" },
		{ "1:0:0:0:0:0:0:0", "1::" },
		{ "2001:0db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* 4.2.2 */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },	    /* 4.2.3 */
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },    /* the first */
		{ "2001:DB8::ABCD:0:0", "2001:db8::abcd:0:0" },
		{ "::ffff:c000:201", "::ffff:192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[IPV6_TEXT_SIZE];
		uint8_t address[16];

		assert_int_equal(ipv6_parse(rows[i].given, address), 0);
		assert_string_equal(ipv6_format(text, address), rows[i].written);
	}
}

static void what_is_written_is_read_again(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned n = 0; n < 20000; n++) {
		char text[IPV6_TEXT_SIZE];
		uint8_t address[16], again[16];

		for (unsigned i = 0; i < 16; i++) /* with many zeros */
			address[i] = random() % 3 ? 0 : (uint8_t)random();
		assert_int_equal(inet_pton(AF_INET6, ipv6_format(text, address), again),
				 1);
		assert_memory_equal(address, again, 16);
		assert_int_equal(ipv6_parse(text, again), 0);
		assert_memory_equal(address, again, 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_as_the_libc_reads_it),
		cmocka_unit_test(addresses_are_written_as_rfc_5952_says),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
