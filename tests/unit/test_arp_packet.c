#include "netcfg/arp_packet.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define ADDRESS htonl(0x0a000009)

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, foreign[6] = { 2, 0, 0, 0, 0, 2 };

/* RFC 5227, 1.1: sender address 0, target hardware address 0. */
static const uint8_t probe_bytes[ARP_PACKET_SIZE] = {
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 9,
};

static void a_probe_is_built_and_read(void **state)
{
	struct arp_packet probe = { .target_be = ADDRESS }, seen;
	uint8_t data[ARP_PACKET_SIZE];

	(void)state;
	memcpy(probe.sender_mac, mac, 6);
	arp_packet_build(&probe, data);
	assert_memory_equal(data, probe_bytes, sizeof(data));
	assert_int_equal(arp_packet_parse(data, sizeof(data), &seen), 0);
	assert_memory_equal(seen.sender_mac, mac, 6);
	assert_int_equal(seen.sender_be, 0);
	assert_int_equal(seen.target_be, ADDRESS);
}

static void what_is_not_arp_of_ipv4_is_refused(void **state)
{
	uint8_t data[60] = { 0 }; /* padded, as on the wire */
	struct arp_packet seen;

	(void)state;
	memcpy(data, probe_bytes, sizeof(probe_bytes));
	assert_int_equal(arp_packet_parse(data, sizeof(data), &seen), 0);
	data[7] = 2; /* a reply */
	assert_int_equal(arp_packet_parse(data, sizeof(data), &seen), 0);
	for (size_t i = 0; i < 8; i++) {
		data[i] ^= 4;
		assert_int_equal(arp_packet_parse(data, sizeof(data), &seen), -EBADMSG);
		data[i] ^= 4;
	}
	for (size_t len = 0; len < ARP_PACKET_SIZE; len++)
		assert_int_equal(arp_packet_parse(data, len, &seen), -EBADMSG);
}

static void who_has_or_wants_the_address_claims_it(void **state)
{
	static const struct {
		uint32_t sender, target;
		bool is_ours, claims;
	} rows[] = {
		{ 0x0a000009, 0, false, true },		 /* an answer */
		{ 0x0a000009, 0x0a000009, false, true }, /* an announcement */
		{ 0x0a000009, 0x0a00000a, false, true }, /* the owner asks for another */
		{ 0, 0x0a000009, false, true },		 /* probes at the same time */
		{ 0, 0x0a00000a, false, false },
		{ 0x0a00000a, 0x0a000009, false, false }, /* wants to talk to the owner */
		{ 0, 0x0a000009, true, false },		  /* our own came back */
		{ 0x0a000009, 0x0a000009, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arp_packet packet = {
			.sender_be = htonl(rows[i].sender),
			.target_be = htonl(rows[i].target),
		};

		memcpy(packet.sender_mac, rows[i].is_ours ? mac : foreign, 6);
		assert_int_equal(arp_packet_claims(&packet, ADDRESS, mac),
				 rows[i].claims);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_is_built_and_read),
		cmocka_unit_test(what_is_not_arp_of_ipv4_is_refused),
		cmocka_unit_test(who_has_or_wants_the_address_claims_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
