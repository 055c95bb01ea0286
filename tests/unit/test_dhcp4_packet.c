#include "netcfg/dhcp4_packet.h"
#include "netcfg/udp4_packet.h"

#include "lib/ip.h"
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

static void assert_ip(const struct ip *ip, const char *text)
{
	char out[IP_TEXT_SIZE];

	assert_string_equal(ip_format(out, ip), text);
}

static void assert_route(const struct lease_route *route, const char *network,
			 unsigned prefix_len, const char *gateway)
{
	assert_ip(&route->network, network);
	assert_int_equal(route->prefix_len, prefix_len);
	assert_ip(&route->gateway, gateway);
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

/* The ACK that @server sent, as a capture of the wire has it from the IP header on. */
static struct dhcp4_reply captured(const char *server)
{
	char path[64];
	uint8_t data[1500];
	FILE *file;
	struct udp4_packet packet;
	struct dhcp4_reply reply;
	size_t len;

	snprintf(path, sizeof(path), "tests/data/dhcp4/%s-ack.ip", server);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* Some came over a veth pair, whose sender leaves the UDP sum to nobody. */
	assert_int_equal(udp4_packet_parse(data, len, true, &packet), 0);
	assert_int_equal(packet.source_port, DHCP4_SERVER_PORT);
	assert_int_equal(packet.destination_port, DHCP4_CLIENT_PORT);
	assert_int_equal(dhcp4_packet_parse(packet.payload.data, packet.payload.len,
					    packet.payload.data + 28, &reply),
			 0);
	assert_int_equal(reply.type, DHCP4_ACK);
	assert_int_equal(reply.bad_option, 0);
	return reply;
}

static void what_dnsmasq_sends(void **state)
{
	struct dhcp4_reply reply = captured("dnsmasq");

	(void)state;
	assert_int_equal(reply.grant.address_be, be("10.7.1.77"));
	assert_ip(&reply.lease.address, "10.7.1.77");
	assert_int_equal(reply.lease.prefix_len, 24);
	assert_int_equal(reply.grant.server_be, be("10.7.1.1"));
	assert_ip(&reply.lease.server, "10.7.1.1");
	assert_ip(&reply.lease.dns[0], "10.7.1.1");
	assert_ip(&reply.lease.dns[1], "9.9.9.9");
	assert_ip(&reply.lease.dns[2], "");
	assert_ip(&reply.lease.ntp, "10.7.1.4");
	assert_ip(&reply.lease.boot_server, "10.7.1.1");
	assert_int_equal(reply.grant.lease_s, 120);
	assert_int_equal(reply.lease.lease_s, 120);
	assert_int_equal(reply.grant.renewal_s, 60);
	assert_int_equal(reply.grant.rebinding_s, 105);
	assert_string_equal(reply.lease.hostname, "box");
	assert_string_equal(reply.lease.domain, "lab.example");
	assert_int_equal(reply.lease.route_count, 3); /* and not option 3's */
	assert_route(&reply.lease.routes[0], "0.0.0.0", 0, "10.7.1.1");
	assert_route(&reply.lease.routes[1], "192.168.77.0", 24, "10.7.1.2");
	assert_route(&reply.lease.routes[2], "169.254.9.9", 32, "");
}

static void what_other_servers_send(void **state)
{
	static const struct {
		const char *server, *address, *router, *dns[2], *domain, *hostname;
		uint32_t lease_s;
	} rows[] = {
		{ "isc",
		  "192.0.2.77",
		  "192.0.2.1",
		  { "192.0.2.1", "192.0.2.3" },
		  "eng.example mkt.example",
		  "",
		  43200 },
		{ "kea",
		  "192.0.2.77",
		  "192.0.2.1",
		  { "192.0.2.1", "192.0.2.3" },
		  "eng.example mkt.example",
		  "",
		  3600 },
		{ "networkd",
		  "192.0.2.77",
		  "192.0.2.1",
		  { "192.0.2.1", "192.0.2.3" },
		  "eng.example",
		  "",
		  3600 },
		{ "qemu",
		  "10.0.2.15",
		  "10.0.2.2",
		  { "10.0.2.3", "" },
		  "eng.example mkt.example",
		  "box",
		  86400 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dhcp4_reply reply = captured(rows[i].server);
		const struct lease *lease = &reply.lease;

		assert_ip(&lease->address, rows[i].address);
		assert_int_equal(lease->prefix_len, 24);
		assert_int_equal(lease->route_count, 1);
		assert_route(&lease->routes[0], "0.0.0.0", 0, rows[i].router);
		assert_ip(&lease->dns[0], rows[i].dns[0]);
		assert_ip(&lease->dns[1], rows[i].dns[1]);
		assert_string_equal(lease->domain, rows[i].domain);
		assert_string_equal(lease->hostname, rows[i].hostname);
		assert_int_equal(lease->lease_s, rows[i].lease_s);
	}
}

static void assert_built(const struct dhcp4_request *request,
			 const struct dhcp4_identity *identity, const char *options,
			 size_t len)
{
	char data[DHCP4_MESSAGE_SIZE];
	struct buf out = BUF_OVER(data);

	dhcp4_packet_build(request, identity, &out);
	assert_false(out.truncated);
	assert_in_range(out.len, 300, 240 + 100);
	assert_memory_equal(data + 28, mac, 6);
	assert_memory_equal(data + 240, options, len);
}

#define ASSERT_BUILT(request, identity, options) \
	assert_built(request, identity, options, sizeof(options) - 1)
#define CLIENT_ID "\x3d\x07\x01\x02\0\0\0\0\x0a"
#define ASK                                                                    \
	"\x37\x13\x01\x79\x21\x03\x06\x0c\x0f\x77\x11\x1a\x2a\x33\x3a\x3b\x42" \
	"\x43\x2b\x7c\x7d"

static void a_request_says_what_it_is_told_to(void **state)
{
	struct dhcp4_identity identity = { .hostname = "box",
					   .vendor_class = "rootling" };
	struct dhcp4_request request = {
		.type = DHCP4_REQUEST,
		.xid = 0x12345678,
		.elapsed_s = 3,
		.requested_be = htonl(0x0a000009),
		.server_be = htonl(0x0a000001),
		.wants_broadcast = true,
	};
	char data[DHCP4_MESSAGE_SIZE];
	struct buf out = BUF_OVER(data);

	(void)state;
	memcpy(identity.mac, mac, 6);
	dhcp4_packet_build(&request, &identity, &out);
	assert_memory_equal(data, "\x01\x01\x06\x00\x12\x34\x56\x78\x00\x03\x80\x00", 12);
	ASSERT_BUILT(&request, &identity,
		     "\x35\x01\x03" CLIENT_ID "\x32\x04\x0a\0\0\x09"
		     "\x36\x04\x0a\0\0\x01"
		     "\x39\x02\x05\xdc" ASK "\x0c\x03"
		     "box\x3c\x08"
		     "rootling\xff");
}

static void a_discover_offers_rapid_commit_and_says_the_given_identifier(void **state)
{
	struct dhcp4_identity identity = {
		.client_id = { 255, 1, 2, 3 },
		.client_id_len = 4,
		.hostname = "",
	};
	struct dhcp4_request request = { .type = DHCP4_DISCOVER };

	(void)state;
	memcpy(identity.mac, mac, 6);
	ASSERT_BUILT(&request, &identity,
		     "\x35\x01\x01\x3d\x04\xff\x01\x02\x03\x50\0\x39\x02\x05\xdc" ASK
		     "\xff");
}

static void a_client_of_pxe_says_what_machine_it_is(void **state)
{
	struct pxe_client pxe = { .arch = 7 };
	struct dhcp4_identity identity = { .vendor_class = "PXEClient", .pxe = &pxe };
	struct dhcp4_request request = { .type = DHCP4_REQUEST };

	(void)state;
	memcpy(identity.mac, mac, 6);
#define PXE                                             \
	"\x35\x01\x03" CLIENT_ID "\x39\x02\x05\xdc" ASK \
	"\x3c\x09PXEClient\x5d\x02\0\x07\x5e\x03\x01\x03\0"
	ASSERT_BUILT(&request, &identity, PXE "\xff");
	assert_int_equal(pxe_parse_uuid("00112233-4455-6677-8899-aabbccddeeff", &pxe), 0);
	ASSERT_BUILT(&request, &identity,
		     PXE "\x61\x11\0\0\x11\"3DUfw\x88\x99\xaa\xbb\xcc\xdd\xee\xff\xff");
#undef PXE
}

static void the_longest_message_is_whole(void **state)
{
	static const struct pxe_client pxe = { .machine_id_len = PXE_MACHINE_ID_LEN };
	char class[300], host[64], data[DHCP4_MESSAGE_SIZE];
	struct dhcp4_identity identity = {
		.client_id_len = DHCP4_CLIENT_ID_MAX,
		.hostname = host,
		.vendor_class = class,
		.pxe = &pxe,
	};
	struct dhcp4_request request = { .type = DHCP4_DISCOVER,
					 .requested_be = 1,
					 .server_be = 1 };
	struct buf out = BUF_OVER(data);

	(void)state;
	memset(class, 'c', sizeof(class));
	class[sizeof(class) - 1] = '\0';
	memset(host, 'h', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	dhcp4_packet_build(&request, &identity, &out);
	assert_false(out.truncated);
	assert_int_equal((uint8_t)data[out.len - 1], 255);
}

/* RFC 2131, table 5. */
static void a_decline_asks_for_nothing(void **state)
{
	struct dhcp4_identity identity = { .hostname = "box",
					   .vendor_class = "rootling" };
	struct dhcp4_request request = {
		.type = DHCP4_DECLINE,
		.requested_be = htonl(0x0a000009),
		.server_be = htonl(0x0a000001),
	};

	(void)state;
	memcpy(identity.mac, mac, 6);
	ASSERT_BUILT(&request, &identity,
		     "\x35\x01\x04" CLIENT_ID
		     "\x32\x04\x0a\0\0\x09\x36\x04\x0a\0\0\x01\xff");
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
			 -EBADMSG);
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
		ROW(15, "\x0f\x01."),
		ROW(17, "\x11\x05"
			"/a;rm"),
		ROW(17, "\x11\x03"
			"/ a"),
		ROW(17, "\x11\x06"
			"/$(rm)"),
		ROW(17, "\x11\x02"
			"'a"),
		ROW(26, "\x1a\x02\x00\x44"),
		ROW(26, "\x1a\x04\x00\x00\x05\xdc"),
		ROW(33, "\x21\x04\x0a\0\0\x01"),
		ROW(43, "\x2b\0"),
		ROW(54, "\x36\x04\xff\xff\xff\xff"),
		ROW(54, "\x36\x08\x0a\0\0\x01\x0a\0\0\x02"),
		ROW(67, "\x43\x02`a"),
		ROW(80, "\x50\x01\x01"),
		ROW(119, "\x77\x02\xc0\x00"),
		ROW(119, "\x77\x01\x00"),
		ROW(121, "\x79\x08\x18\x0a\0\0\xe0\0\0\x01"),
		ROW(121, "\x79\x02\x21\x0a"),
		ROW(121, "\x79\x04\x08\x0a\x00\x00"),
		ROW(121, "\x79\x00"),
		ROW(124, "\x7c\0"),
		ROW(124, "\x7c\x04\0\0\0\x09"),
		ROW(125, "\x7d\x07\0\0\0\x09\x03xy"),
		ROW(125, "\x7d\x08\0\0\0\x09\x01x\0\0"),
#undef ROW
	};
	struct lease nothing = { .address = ip_from_v4(htonl(0x0a000009)) };

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
	options[4] = 5 * (LEASE_ROUTES_MAX + 4);
	for (int i = 0; i < LEASE_ROUTES_MAX + 4; i++)
		memcpy(options + 5 + 5 * i, "\0\x0a\0\0\x01", 5);
	reply = parsed(options, 5 + 5 * (LEASE_ROUTES_MAX + 4));
	assert_int_equal(reply.lease.route_count, LEASE_ROUTES_MAX);
}

static void bits_behind_the_prefix_of_a_route_do_not_count(void **state)
{
	struct dhcp4_reply reply = PARSED(ACK "\x79\x07\x0c\xac\x1f\x0a\0\0\x01\xff");

	(void)state;
	assert_route(&reply.lease.routes[0], "172.16.0.0", 12, "10.0.0.1");
}

static void the_router_is_the_default_route_behind_those_of_old_classes(void **state)
{
	struct dhcp4_reply reply =
		PARSED(ACK "\x03\x08\x0a\0\0\x01\x0a\0\0\x02"
			   "\x21\x18\x14\x01\x02\x03\x0a\0\0\x03\0\0\0\0\x0a\0\0\x04"
			   "\xc0\xa8\x07\0\x0a\0\0\x05\xff");

	(void)state;
	assert_int_equal(reply.lease.route_count, 3);
	assert_route(&reply.lease.routes[0], "20.0.0.0", 8, "10.0.0.3");
	assert_route(&reply.lease.routes[1], "192.168.7.0", 24, "10.0.0.5");
	assert_route(&reply.lease.routes[2], "0.0.0.0", 0, "10.0.0.1");
}

/* RFC 3442: the client MUST ignore both others. */
static void classless_routes_silence_the_others(void **state)
{
	struct dhcp4_reply reply = PARSED(ACK "\x03\x04\x0a\0\0\x01"
					      "\x21\x08\x14\0\0\0\x0a\0\0\x03"
					      "\x79\x06\x08\x14\x0a\0\0\x09\xff");

	(void)state;
	assert_int_equal(reply.lease.route_count, 1);
	assert_route(&reply.lease.routes[0], "20.0.0.0", 8, "10.0.0.9");
	/* unless nobody can read them */
	reply = PARSED(ACK "\x03\x04\x0a\0\0\x01\x79\x02\x08\x14\xff");
	assert_int_equal(reply.bad_option, 121);
	assert_int_equal(reply.lease.route_count, 1);
	assert_route(&reply.lease.routes[0], "0.0.0.0", 0, "10.0.0.1");
}

static void addresses_of_no_machine_are_passed_over(void **state)
{
	struct dhcp4_reply reply = PARSED(ACK "\x06\x10\0\0\0\0\x0a\0\0\x02"
					      "\x7f\0\0\x01\x0a\0\0\x03\xff");

	(void)state;
	assert_int_equal(reply.bad_option, 0);
	assert_ip(&reply.lease.dns[0], "10.0.0.2");
	assert_ip(&reply.lease.dns[1], "10.0.0.3");
	assert_ip(&reply.lease.dns[2], "");
}

static void the_search_list_goes_before_the_domain(void **state)
{
	struct dhcp4_reply reply = PARSED(ACK "\x77\x0d\3eng\1a\0\3mkt\xc0\4"
					      "\x0f\x06"
					      "other.\xff");

	(void)state;
	assert_string_equal(reply.lease.domain, "eng.a mkt.a");
	reply = PARSED(ACK "\x0f\x06"
			   "other.\xff");
	assert_string_equal(reply.lease.domain, "other");
}

/* RFC 3396: an option may come in pieces, cut anywhere. */
static void the_parts_of_an_option_are_put_together(void **state)
{
	uint8_t data[512];
	size_t len = REPLY(data, ACK
			   "\x06\x03\x0a\0\0\x34\x01\x03\x06\x05\x02\x0a\0\0\x03\xff");
	struct dhcp4_reply reply;

	(void)state;
	memcpy(data + 108, "\x06\x01\x0a\xff", 4); /* file comes before sname */
	memcpy(data + 44, "\x06\x03\0\0\x04\xff", 6);
	assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), 0);
	assert_int_equal(reply.bad_option, 0);
	assert_ip(&reply.lease.dns[0], "10.0.0.2");
	assert_ip(&reply.lease.dns[1], "10.0.0.3");
	assert_ip(&reply.lease.dns[2], "10.0.0.4");
	assert_ip(&reply.lease.dns[3], "");
}

static void an_option_of_more_than_255_bytes_is_read(void **state)
{
	char options[512] = ACK;
	size_t len = 3;
	struct dhcp4_reply reply;

	(void)state;
	for (int part = 0; part < 2; part++) {
		options[len++] = 17;
		options[len++] = (char)(part ? 20 : 230);
		memset(options + len, part ? 'b' : 'a', part ? 20 : 230);
		len += part ? 20 : 230;
	}
	reply = parsed(options, len);
	assert_int_equal(reply.bad_option, 0);
	assert_int_equal(strlen(reply.lease.root_path), 250);
	assert_int_equal(reply.lease.root_path[230], 'b');
	options[len++] = 17; /* and no more than there is room for */
	options[len++] = 6;
	memset(options + len, 'c', 6);
	reply = parsed(options, len + 6);
	assert_int_equal(reply.bad_option, 17);
	assert_string_equal(reply.lease.root_path, "");
}

static void the_boot_file_is_in_an_option_or_in_its_field(void **state)
{
	uint8_t data[512];
	size_t len = REPLY(data, ACK "\xff");
	struct dhcp4_reply reply;

	(void)state;
	memcpy(data + 20, "\x0a\0\0\x07", 4);
	memcpy(data + 108, "pxe/boot.ipxe", 14);
	assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), 0);
	assert_string_equal(reply.lease.boot_file, "pxe/boot.ipxe");
	assert_ip(&reply.lease.boot_server, "10.0.0.7");
	len = REPLY(data, ACK "\x42\x08"
			      "10.0.0.8\x43\x10"
			      "http://h/a?b=c&d\xff");
	memcpy(data + 20, "\x0a\0\0\x07", 4);
	memcpy(data + 108, "$(reboot)", 10); /* not even looked at */
	assert_int_equal(dhcp4_packet_parse(data, len, mac, &reply), 0);
	assert_string_equal(reply.lease.boot_file, "http://h/a?b=c&d");
	assert_ip(&reply.lease.boot_server, "10.0.0.8");
	reply = PARSED(ACK "\x42\x04host\x11\x0c/srv/root,v3\0\x1a\x02\x05\x78\xff");
	assert_int_equal(reply.bad_option, 0);
	assert_ip(&reply.lease.boot_server, "");
	assert_string_equal(reply.lease.root_path, "/srv/root,v3");
	assert_int_equal(reply.lease.mtu, 1400);
}

static void assert_bytes(const struct lease_bytes *value, const char *bytes, size_t len)
{
	assert_int_equal(value->len, len);
	assert_memory_equal(value->bytes, bytes, len);
}

static void what_vendors_say_is_kept_as_it_came(void **state)
{
#define CLASS	"\0\0\0\x09\x03xyz"
#define OPTIONS "\0\0\xa6\x7f\x02\x01\0\0\0\0\x0a\0"
	struct dhcp4_reply reply =
		PARSED(ACK "\x2b\x03\x01\x01\0"
			   "\x7c\x08" CLASS "\x7d\x0c" OPTIONS "\x2b\x01\xff\xff");
	char options[600] = ACK;

	(void)state;
	assert_int_equal(reply.bad_option, 0);
	assert_bytes(&reply.lease.vendor, "\x01\x01\0\xff", 4); /* of two parts */
	assert_bytes(&reply.lease.vendor_class, CLASS, sizeof(CLASS) - 1);
	assert_bytes(&reply.lease.vendor_options, OPTIONS, sizeof(OPTIONS) - 1);
	for (int part = 0; part < 2; part++) {
		memset(options + 3 + 202 * part, 'v', 202);
		options[3 + 202 * part] = 43;
		options[4 + 202 * part] = (char)200;
	}
	reply = parsed(options, 3 + 2 * 202);
	assert_int_equal(reply.bad_option, 43);
	assert_int_equal(reply.lease.vendor.len, 0);
#undef CLASS
#undef OPTIONS
}

static void rapid_commit_is_noticed(void **state)
{
	(void)state;
	assert_true(PARSED(ACK "\x50\0\xff").is_rapid);
	assert_false(PARSED(ACK "\xff").is_rapid);
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
		cmocka_unit_test(what_other_servers_send),
		cmocka_unit_test(
			a_discover_offers_rapid_commit_and_says_the_given_identifier),
		cmocka_unit_test(a_decline_asks_for_nothing),
		cmocka_unit_test(
			the_router_is_the_default_route_behind_those_of_old_classes),
		cmocka_unit_test(classless_routes_silence_the_others),
		cmocka_unit_test(addresses_of_no_machine_are_passed_over),
		cmocka_unit_test(the_search_list_goes_before_the_domain),
		cmocka_unit_test(the_parts_of_an_option_are_put_together),
		cmocka_unit_test(an_option_of_more_than_255_bytes_is_read),
		cmocka_unit_test(the_boot_file_is_in_an_option_or_in_its_field),
		cmocka_unit_test(rapid_commit_is_noticed),
		cmocka_unit_test(what_vendors_say_is_kept_as_it_came),
		cmocka_unit_test(a_client_of_pxe_says_what_machine_it_is),
		cmocka_unit_test(the_longest_message_is_whole),
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
