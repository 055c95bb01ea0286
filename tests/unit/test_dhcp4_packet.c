#include "netcfg/dhcp4_packet.h"
#include "netcfg/udp4_packet.h"

#include "lib/ipv4.h"

#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x0a };

static uint32_t be(const char *text)
{
	uint32_t address_be;

	assert_int_equal(ipv4_parse(text, &address_be), 0);
	return address_be;
}

/* A reply to @mac for 10.0.0.9 that holds @options; its length. */
static size_t make_reply(uint8_t *out, const char *options, size_t len)
{
	static const uint8_t head[] = { 2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78 };
	static const uint8_t yiaddr[] = { 10, 0, 0, 9 }, cookie[] = { 99, 130, 83, 99 };

	memset(out, 0, 240);
	memcpy(out, head, sizeof(head));
	memcpy(out + 16, yiaddr, sizeof(yiaddr));
	memcpy(out + 28, mac, sizeof(mac));
	memcpy(out + 236, cookie, sizeof(cookie));
	memcpy(out + 240, options, len);
	return 240 + len;
}

#define ACK		    "\x35\x01\x05"
#define REPLY(out, options) make_reply(out, options, sizeof(options) - 1)

static struct dhcp4_reply parsed(const char *options, size_t len)
{
	uint8_t data[1024];
	struct dhcp4_reply reply;

	assert_int_equal(dhcp4_packet_parse(data, make_reply(data, options, len), mac,
					    &reply),
			 0);
	return reply;
}

#define PARSED(options) parsed(options, sizeof(options) - 1)

static void what_dnsmasq_sends(void **state)
{
	uint8_t data[1500];
	FILE *file = fopen("tests/data/dhcp4/dnsmasq-ack.ip", "rb");
	struct udp4_packet packet;
	struct dhcp4_reply reply;
	size_t len;

	(void)state;
	assert_non_null(file);
	len = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* It came over a veth pair, whose sender leaves the UDP sum to nobody. */
	assert_int_equal(udp4_packet_parse(data, len, true, &packet), 0);
	assert_int_equal(packet.source_port, DHCP4_SERVER_PORT);
	assert_int_equal(packet.destination_port, DHCP4_CLIENT_PORT);
	assert_int_equal(packet.source_be, be("10.7.1.1"));
	assert_int_equal(dhcp4_packet_parse(packet.payload.data, packet.payload.len,
					    packet.payload.data + 28, &reply),
			 0);
	assert_int_equal(reply.type, DHCP4_ACK);
	assert_int_equal(reply.bad_option, 0);
	assert_int_equal(reply.lease.address_be, be("10.7.1.77"));
	assert_int_equal(reply.lease.prefix_len, 24);
	assert_int_equal(reply.lease.server_be, be("10.7.1.1"));
	assert_int_equal(reply.lease.router_be, be("10.7.1.1"));
	assert_int_equal(reply.lease.dns_be[0], be("10.7.1.1"));
	assert_int_equal(reply.lease.dns_be[1], be("9.9.9.9"));
	assert_int_equal(reply.lease.ntp_be, be("10.7.1.4"));
	assert_int_equal(reply.lease.lease_s, 120);
	assert_int_equal(reply.lease.renewal_s, 60);
	assert_int_equal(reply.lease.rebinding_s, 105);
	assert_string_equal(reply.lease.hostname, "box");
	assert_string_equal(reply.lease.domain, "lab.example");
	assert_int_equal(reply.lease.routes.count, 3);
	assert_int_equal(reply.lease.routes.rows[0].prefix_len, 0);
	assert_int_equal(reply.lease.routes.rows[0].gateway_be, be("10.7.1.1"));
	assert_int_equal(reply.lease.routes.rows[1].network_be, be("192.168.77.0"));
	assert_int_equal(reply.lease.routes.rows[1].prefix_len, 24);
	assert_int_equal(reply.lease.routes.rows[2].network_be, be("169.254.9.9"));
	assert_int_equal(reply.lease.routes.rows[2].gateway_be, 0);
}

static void a_request_says_what_it_is_told_to(void **state)
{
	struct dhcp4_request request = {
		.type = DHCP4_REQUEST,
		.xid = 0x12345678,
		.elapsed_s = 3,
		.requested_be = htonl(0x0a000009),
		.server_be = htonl(0x0a000001),
		.hostname = "box",
	};
	static const char expected[] = "\x35\x01\x03"
				       "\x3d\x07\x01\x02\0\0\0\0\x0a"
				       "\x32\x04\x0a\0\0\x09"
				       "\x36\x04\x0a\0\0\x01"
				       "\x39\x02\x05\xdc"
				       "\x37\x0a\x01\x79\x03\x06\x0c\x0f\x2a\x33\x3a\x3b"
				       "\x0c\x03"
				       "box\xff";
	char data[576];
	struct buf out = BUF_OVER(data);

	(void)state;
	memcpy(request.mac, mac, 6);
	dhcp4_packet_build(&request, &out);
	assert_false(out.truncated);
	assert_int_equal(out.len, 300);
	assert_memory_equal(data, "\x01\x01\x06\x00\x12\x34\x56\x78\x00\x03\x00\x00", 12);
	assert_memory_equal(data + 28, mac, 6);
	assert_memory_equal(data + 240, expected, sizeof(expected) - 1);
}

static void a_message_that_is_not_for_us_is_refused(void **state)
{
	uint8_t data[512];
	size_t len = REPLY(data, ACK "\xff");
	static const size_t offsets[] = { 0, 1, 2, 28, 33, 236, 239 };
	struct dhcp4_reply reply;

	(void)state;
	assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), 0);
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		data[offsets[i]] ^= 1;
		assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), -EBADMSG);
		data[offsets[i]] ^= 1;
	}
	for (size_t cut = 0; cut < 243; cut++)
		assert_int_equal(dhcp4_packet_parse(data, cut, mac, &reply), -EBADMSG);
}

static void an_option_that_runs_over_the_end_spoils_the_message(void **state)
{
	uint8_t data[512];
	struct dhcp4_reply reply;

	(void)state;
	assert_int_equal(dhcp4_packet_parse(data,
					    REPLY(data, ACK "\x0c\x09"
							    "box"),
					    mac, &reply),
			 -EBADMSG);
	assert_int_equal(dhcp4_packet_parse(data, REPLY(data, ACK "\x0c"), mac, &reply),
			 0);
}

static void malformed_options_are_left_out(void **state)
{
	static const struct {
		uint8_t code;
		const char *options;
		size_t len;
	} rows[] = {
#define ROW(code, options) { code, ACK options "\xff", sizeof(ACK options) }
		ROW(1, "\x01\x04\xff\x00\xff\x00"),
		ROW(1, "\x01\x04\0\0\0\0"),
		ROW(1, "\x01\x03\xff\xff\xff"),
		ROW(3, "\x03\x03\x0a\x00\x00"),
		ROW(6, "\x06\x00"),
		ROW(12, "\x0c\x04"
			"a;rm"),
		ROW(12, "\x0c\x00"),
		ROW(12, "\x0c\x03"
			"a\0b"),
		ROW(15, "\x0f\x05"
			"a..b\n"),
		ROW(51, "\x33\x02\x00\x01"),
		ROW(121, "\x79\x02\x21\x0a"),
		ROW(121, "\x79\x04\x08\x0a\x00\x00"),
		ROW(121, "\x79\x00"),
#undef ROW
	};
	struct dhcp4_lease nothing = { .address_be = htonl(0x0a000009) };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp4_reply reply = parsed(rows[i].options, rows[i].len);

		assert_int_equal(reply.bad_option, rows[i].code);
		assert_memory_equal(&reply.lease, &nothing, sizeof(nothing));
	}
}

static void options_may_go_on_in_file_and_sname(void **state)
{
	uint8_t data[512];
	size_t len = REPLY(data, ACK "\x34\x01\x03\xff");
	struct dhcp4_reply reply;

	(void)state;
	memcpy(data + 44,
	       "\x0f\x07"
	       "example",
	       9); /* no END: padded to the end */
	memcpy(data + 108,
	       "\x0c\x03"
	       "box\xff",
	       6);
	assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), 0);
	assert_string_equal(reply.lease.hostname, "box");
	assert_string_equal(reply.lease.domain, "example");
}

static void names_may_end_with_nul_and_must_fit(void **state)
{
	char options[80] = ACK "\x0c\x40";
	struct dhcp4_reply reply = PARSED(ACK "\x0c\x04"
					      "box\0\xff");

	(void)state;
	assert_string_equal(reply.lease.hostname, "box");
	memset(options + 5, 'a', 64);
	options[5 + 31] = '.';
	reply = parsed(options, 5 + 64);
	assert_int_equal(reply.bad_option, 12);
	assert_string_equal(reply.lease.hostname, "");
}

static void routes_beyond_the_table_are_left_out(void **state)
{
	char options[256] = ACK "\x79";
	struct dhcp4_reply reply;

	(void)state;
	options[4] = 5 * (DHCP4_ROUTES_MAX + 4);
	for (int i = 0; i < DHCP4_ROUTES_MAX + 4; i++)
		memcpy(options + 5 + 5 * i, "\0\x0a\0\0\x01", 5);
	reply = parsed(options, 5 + 5 * (DHCP4_ROUTES_MAX + 4));
	assert_int_equal(reply.lease.routes.count, DHCP4_ROUTES_MAX);
}

static void bits_behind_the_prefix_of_a_route_do_not_count(void **state)
{
	struct dhcp4_reply reply = PARSED(ACK "\x79\x07\x0c\xac\x1f\x0a\0\0\x01\xff");

	(void)state;
	assert_int_equal(reply.lease.routes.rows[0].network_be, be("172.16.0.0"));
	assert_int_equal(reply.lease.routes.rows[0].prefix_len, 12);
}

static size_t make_packet(char *data, size_t size, const char *payload)
{
	struct buf out = buf_init(data, size);
	struct udp4_packet packet = {
		.source_be = htonl(0x0a000001),
		.destination_be = 0xffffffff,
		.source_port = 67,
		.destination_port = 68,
		.payload = cursor_over(payload, strlen(payload)),
	};

	udp4_packet_build(&packet, &out);
	assert_false(out.truncated);
	return out.len;
}

static void udp_that_was_built_is_read_back(void **state)
{
	static const char *const payloads[] = { "", "a", "even", "odd" };
	struct udp4_packet packet;
	char data[128];

	(void)state;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		size_t len = make_packet(data, sizeof(data), payloads[i]);

		assert_int_equal(udp4_packet_parse(data, len + 7, false, &packet), 0);
		assert_int_equal(packet.source_be, htonl(0x0a000001));
		assert_int_equal(packet.source_port, 67);
		assert_int_equal(packet.destination_port, 68);
		assert_int_equal(packet.payload.len, strlen(payloads[i]));
		assert_memory_equal(packet.payload.data, payloads[i], packet.payload.len);
	}
}

static void every_flipped_bit_of_a_packet_is_noticed(void **state)
{
	struct udp4_packet packet;
	char data[128];
	size_t len = make_packet(data, sizeof(data), "payload");

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(udp4_packet_parse(data, len, false, &packet), -EBADMSG);
		data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(udp4_packet_parse(data, cut, false, &packet), -EBADMSG);
}

static void an_unfinished_udp_sum_is_taken_from_this_machine_only(void **state)
{
	struct udp4_packet packet;
	char data[128];
	size_t len = make_packet(data, sizeof(data), "payload");

	(void)state;
	data[26] ^= 0x55;
	assert_int_equal(udp4_packet_parse(data, len, false, &packet), -EBADMSG);
	assert_int_equal(udp4_packet_parse(data, len, true, &packet), 0);
	data[26] = data[27] = 0; /* RFC 768: the sender made no sum */
	assert_int_equal(udp4_packet_parse(data, len, false, &packet), 0);
}

static void a_fragment_is_refused_though_its_sums_are_right(void **state)
{
	struct udp4_packet packet;
	char data[128];
	size_t len = make_packet(data, sizeof(data), "payload");
	uint32_t sum = (uint32_t)(uint8_t)data[10] << 8 | (uint8_t)data[11];

	(void)state;
	data[6] = 0x20; /* "more fragments" in the place of "do not fragment", 0x40 */
	sum += 0x2000;
	sum = (sum & 0xffff) + (sum >> 16);
	data[10] = (char)(sum >> 8);
	data[11] = (char)sum;
	assert_int_equal(udp4_packet_parse(data, len, false, &packet), -EBADMSG);
	data[6] = 0x40; /* and whole again, so it was not for the sum */
	sum = sum > 0x2000 ? sum - 0x2000 : sum + 0xffff - 0x2000;
	data[10] = (char)(sum >> 8);
	data[11] = (char)sum;
	assert_int_equal(udp4_packet_parse(data, len, false, &packet), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dnsmasq_sends),
		cmocka_unit_test(a_request_says_what_it_is_told_to),
		cmocka_unit_test(a_message_that_is_not_for_us_is_refused),
		cmocka_unit_test(an_option_that_runs_over_the_end_spoils_the_message),
		cmocka_unit_test(malformed_options_are_left_out),
		cmocka_unit_test(options_may_go_on_in_file_and_sname),
		cmocka_unit_test(names_may_end_with_nul_and_must_fit),
		cmocka_unit_test(routes_beyond_the_table_are_left_out),
		cmocka_unit_test(bits_behind_the_prefix_of_a_route_do_not_count),
		cmocka_unit_test(udp_that_was_built_is_read_back),
		cmocka_unit_test(every_flipped_bit_of_a_packet_is_noticed),
		cmocka_unit_test(a_fragment_is_refused_though_its_sums_are_right),
		cmocka_unit_test(an_unfinished_udp_sum_is_taken_from_this_machine_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
