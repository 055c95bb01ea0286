#include "netcfg/dhcp6_packet.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

static const uint8_t mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };

#define OUR_ID	  "\0\1\0\12\0\3\0\1\x52\x54\0\x12\x34\x56"
#define SERVER_ID "\0\2\0\12\0\3\0\1\2\0\0\0\0\1"
#define ADDRESS	  "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x77"
#define HEAD	  "\2\xab\xcd\xef" OUR_ID SERVER_ID
/* one IA_NA with its address: T1 1800, T2 2880, preferred 3000, valid 3600 */
#define TIMES	   "\0\0\x7\x8\0\0\xb\x40"
#define IA_ADDRESS "\0\5\0\x18" ADDRESS "\0\0\xb\xb8\0\0\xe\x10"
#define IA	   "\0\3\0\x28\0\x12\x34\x56" TIMES IA_ADDRESS

static int parse(const char *bytes, size_t len, struct dhcp6_reply *out)
{
	struct dhcp6_client_id id = dhcp6_client_id(mac);

	return dhcp6_packet_parse(bytes, len, &id, out);
}

#define PARSE(text, out) parse((text), sizeof(text) - 1, (out))

static void build(const struct dhcp6_request *request, const char *expected, size_t len)
{
	struct dhcp6_client_id id = dhcp6_client_id(mac);
	char storage[DHCP6_MESSAGE_SIZE];
	struct buf out = BUF_OVER(storage);

	dhcp6_packet_build(request, &id, &out);
	assert_false(out.truncated);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.data, expected, len);
}

#define BUILDS(request, text) build(&(request), (text), sizeof(text) - 1)

static void each_message_has_the_options_of_its_kind(void **state)
{
	static const struct dhcp6_duid server = {
		.len = 10,
		.bytes = { 0, 3, 0, 1, 2, 0, 0, 0, 0, 1 },
	};
	struct dhcp6_request solicit = {
		.type = DHCP6_SOLICIT,
		.xid = 0xabcdef,
		.has_ia = true,
	};
	struct dhcp6_request request = {
		.type = DHCP6_REQUEST,
		.xid = 1,
		.elapsed_cs = 0x102,
		.has_ia = true,
		.server = &server,
	};
	struct dhcp6_request inform = { .type = DHCP6_INFORMATION_REQUEST, .xid = 1 };

	(void)state;
	BUILDS(solicit, "\1\xab\xcd\xef" OUR_ID "\0\x8\0\2\0\0"
			"\0\3\0\14\0\x12\x34\x56\0\0\0\0\0\0\0\0"
			"\0\6\0\xc\0\x17\0\x18\0\x38\0\x3b\0\x3c\0\x52"
			"\0\xe\0\0");
	assert_int_equal(ip_parse("2001:db8::77", &request.address), 0);
	BUILDS(request, "\3\0\0\1" OUR_ID SERVER_ID "\0\x8\0\2\1\2"
			"\0\3\0\x28\0\x12\x34\x56\0\0\0\0\0\0\0\0"
			"\0\5\0\x18" ADDRESS "\0\0\0\0\0\0\0\0"
			"\0\6\0\xc\0\x17\0\x18\0\x38\0\x3b\0\x3c\0\x52");
	BUILDS(inform, "\xb\0\0\1" OUR_ID "\0\x8\0\2\0\0"
		       "\0\6\0\xe\0\x17\0\x18\0\x38\0\x3b\0\x3c\0\x20\0\x53");
}

static void all_that_a_boot_needs_is_read(void **state)
{
	struct dhcp6_reply reply;
	char text[IP_TEXT_SIZE];

	(void)state;
	assert_int_equal(PARSE(HEAD "\0\7\0\1\xff"
				    "\0\xe\0\0" IA "\0\x17\0\x10" ADDRESS
				    "\0\x18\0\x9\3lab\3net\0"
				    "\0\x38\0\x14\0\1\0\x10" ADDRESS
				    "\0\x52\0\4\0\0\0\x78"
				    "\0\x20\0\4\0\0\2\x58",
			       &reply),
			 0);
	assert_int_equal(reply.type, DHCP6_ADVERTISE);
	assert_int_equal(reply.xid, 0xabcdef);
	assert_int_equal(reply.server.len, 10);
	assert_int_equal(reply.preference, 255);
	assert_true(reply.is_rapid);
	assert_int_equal(reply.status, DHCP6_SUCCESS);
	assert_int_equal(reply.bad_option, 0);
	assert_int_equal(reply.renewal_s, 1800);
	assert_int_equal(reply.rebinding_s, 2880);
	assert_int_equal(reply.solicit_max_s, 120);
	assert_int_equal(reply.refresh_s, 600);
	assert_string_equal(ip_format(text, &reply.lease.address), "2001:db8::77");
	assert_int_equal(reply.lease.prefix_len, 128);
	assert_int_equal(reply.lease.lease_s, 3600);
	assert_string_equal(ip_format(text, &reply.lease.dns[0]), "2001:db8::77");
	assert_int_equal(reply.lease.dns[1].family, IP_NONE);
	assert_string_equal(ip_format(text, &reply.lease.ntp), "2001:db8::77");
	assert_string_equal(reply.lease.domain, "lab.net");
}

static void messages_for_others_and_of_others_are_refused(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
	assert_int_equal(PARSE(HEAD, &reply), 0);
#define REFUSED(text) assert_int_equal(PARSE(text, &reply), -EBADMSG)
	REFUSED("");
	REFUSED("\2\xab\xcd");
	REFUSED("\1\xab\xcd\xef" OUR_ID SERVER_ID);  /* a SOLICIT */
	REFUSED("\xa\xab\xcd\xef" OUR_ID SERVER_ID); /* RECONFIGURE: not without a key */
	REFUSED("\2\xab\xcd\xef" OUR_ID);
	REFUSED("\2\xab\xcd\xef" SERVER_ID);
	REFUSED("\2\xab\xcd\xef" SERVER_ID "\0\1\0\12\0\3\0\1\x52\x54\0\x12\x34\x57");
	REFUSED("\2\xab\xcd\xef" SERVER_ID "\0\1\0\2\0\3");
	REFUSED(HEAD "\0");			     /* half a code */
	REFUSED(HEAD "\0\7\0");			     /* half a length */
	REFUSED(HEAD "\0\7\0\2\1");		     /* less than the length says */
	REFUSED("\2\xab\xcd\xef" OUR_ID "\0\2\0\0"); /* an identifier of nothing */
#undef REFUSED
}

/* The message stays useful, the option is as if it was not there. */
static void a_malformed_option_is_left_out(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
#define LEFT_OUT(text, code)                                           \
	do {                                                           \
		assert_int_equal(PARSE(HEAD text, &reply), 0);         \
		assert_int_equal(reply.bad_option, (code));            \
		assert_int_equal(reply.lease.address.family, IP_NONE); \
	} while (0)
	LEFT_OUT("\0\3\0\3\0\x12\x34", 3);			    /* no IAID */
	LEFT_OUT("\0\3\0\xc\0\x12\x34\x56\0\0\0\2\0\0\0\1", 3);	    /* T1 > T2 */
	LEFT_OUT("\0\3\0\x10\0\x12\x34\x56" TIMES "\0\5\0\x18", 3); /* no address in it */
	LEFT_OUT("\0\3\0\x28\0\x12\x34\x56" TIMES "\0\5\0\x18" ADDRESS "\0\0\0\2\0\0\0\1",
		 3); /* preferred > valid */
	LEFT_OUT("\0\3\0\x28\0\x12\x34\x56" TIMES "\0\5\0\x18"
		 "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
		 "\0\0\0\1\0\0\0\1",
		 3);
	LEFT_OUT("\0\3\0\x28\0\x12\x34\x56" TIMES "\0\5\0\x18"
		 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
		 "\0\0\0\1\0\0\0\1",
		 3);
	LEFT_OUT("\0\xd\0\1\0", 13);
	LEFT_OUT("\0\7\0\0", 7);
	LEFT_OUT("\0\x17\0\xf\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0", 23);
	LEFT_OUT("\0\x18\0\4\5lab", 24);
	LEFT_OUT("\0\x18\0\5\3l;b\0", 24);
	LEFT_OUT("\0\x52\0\3\0\0\0", 82);
	LEFT_OUT("\0\x3b\0\x9http://;h", 59);
	LEFT_OUT("\0\x3c\0\3\0\2r", 60);
	LEFT_OUT("\0\x3c\0\xa\0\x8root=a b", 60);
#undef LEFT_OUT
}

static void what_is_of_no_use_is_passed_over(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
	/* of another IAID */
	assert_int_equal(PARSE(HEAD "\0\3\0\x28\0\x12\x34\x57" TIMES IA_ADDRESS, &reply),
			 0);
	assert_int_equal(reply.lease.address.family, IP_NONE);
	assert_int_equal(reply.bad_option, 0);
	/* a name server that is link-local, an option of tomorrow */
	assert_int_equal(PARSE(HEAD IA "\0\x17\0\x10\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
				       "\xff\xff\0\1x",
			       &reply),
			 0);
	assert_int_equal(reply.lease.dns[0].family, IP_NONE);
	assert_int_equal(reply.bad_option, 0);
	assert_int_equal(reply.lease.address.family, IP_V6);
}

static void a_renumbered_network_gives_the_address_that_has_time_left(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
	assert_int_equal(
		PARSE(HEAD
		      "\0\3\0\x44\0\x12\x34\x56" TIMES
		      "\0\5\0\x18\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x66\0\0\0\0\0\0\0\0" IA_ADDRESS,
		      &reply),
		0);
	assert_int_equal(reply.lease.address.bytes[15], 0x77);
}

/* RFC 5970. */
static void the_boot_file_is_a_url_and_its_parameters_may_say_the_root(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
	assert_int_equal(PARSE(HEAD
			       "\0\x3b\0\x14tftp://[2001:db8::1]"
			       "\0\x3c\0\x1f\0\5quiet\0\0\0\2ro\0\x10root=nbd:srv:dsk",
			       &reply),
			 0);
	assert_int_equal(reply.bad_option, 0);
	assert_string_equal(reply.lease.boot_file, "tftp://[2001:db8::1]");
	assert_string_equal(reply.lease.root_path, "nbd:srv:dsk");
	assert_int_equal(PARSE(HEAD "\0\x3c\0\7\0\5root=", &reply), 0);
	assert_string_equal(reply.lease.root_path, "");
}

static void a_refusal_is_found_wherever_it_stands(void **state)
{
	struct dhcp6_reply reply;

	(void)state;
	assert_int_equal(PARSE(HEAD "\0\xd\0\6\0\2none", &reply), 0);
	assert_int_equal(reply.status, DHCP6_NO_ADDRS_AVAIL);
	assert_int_equal(PARSE(HEAD "\0\3\0\x12\0\x12\x34\x56" TIMES "\0\xd\0\2\0\3",
			       &reply),
			 0);
	assert_int_equal(reply.status, DHCP6_NO_BINDING);
	assert_int_equal(PARSE(HEAD "\0\3\0\x2e\0\x12\x34\x56" TIMES "\0\5\0\x1e" ADDRESS
				    "\0\0\0\0\0\0\0\0"
				    "\0\xd\0\2\0\4",
			       &reply),
			 0);
	assert_int_equal(reply.status, DHCP6_NOT_ON_LINK);
	assert_string_equal(dhcp6_status_name(reply.status), "NotOnLink");
	assert_string_equal(dhcp6_status_name(999), "another");
}

/* RFC 8415, 11.4 */
static void the_identity_is_made_of_the_card_alone(void **state)
{
	struct dhcp6_client_id id = dhcp6_client_id(mac);

	(void)state;
	assert_int_equal(id.duid.len, 10);
	assert_memory_equal(id.duid.bytes, "\0\3\0\1\x52\x54\0\x12\x34\x56", 10);
	assert_int_equal(id.iaid, 0x00123456);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_has_the_options_of_its_kind),
		cmocka_unit_test(all_that_a_boot_needs_is_read),
		cmocka_unit_test(messages_for_others_and_of_others_are_refused),
		cmocka_unit_test(a_malformed_option_is_left_out),
		cmocka_unit_test(what_is_of_no_use_is_passed_over),
		cmocka_unit_test(
			a_renumbered_network_gives_the_address_that_has_time_left),
		cmocka_unit_test(
			the_boot_file_is_a_url_and_its_parameters_may_say_the_root),
		cmocka_unit_test(a_refusal_is_found_wherever_it_stands),
		cmocka_unit_test(the_identity_is_made_of_the_card_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
