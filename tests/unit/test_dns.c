#include "netroot/dns_lookup.h"
#include "netroot/hosts.h"
#include "netroot/link_scope.h"

#include "lib/buf.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

/* ---- messages, built as RFC 1035, 4.1 draws them */

struct message {
	uint8_t data[2048];
	size_t len;
};

static void put(struct message *m, const void *data, size_t len)
{
	memcpy(m->data + m->len, data, len);
	m->len += len;
}

#define PUT(m, literal) put(m, literal, sizeof(literal) - 1)

/* Behind it @answers records follow; the question is at offset 12. */
static struct message answer_start(const char *name, enum dns_type type,
				   uint8_t flags_low, uint8_t answers)
{
	struct message m = { .len = 0 };

	m.len = dns_packet_query(m.data, 0x1234, name, type);
	assert_true(m.len);
	m.data[2] = 0x81;
	m.data[3] = flags_low;
	m.data[7] = answers;
	return m;
}

static int parse(const struct message *m, const char *name, enum dns_type type,
		 struct dns_answer *out)
{
	return dns_packet_parse(m->data, m->len, 0x1234, name, type, out);
}

static bool has(const struct addresses *a, unsigned index, const char *text)
{
	char out[IP_TEXT_SIZE];

	return index < a->count && strcmp(ip_format(out, &a->ip[index]), text) == 0;
}

static void the_question_as_it_is_sent(void **state)
{
	static const char expected[] = "\x12\x34\x01\x00\0\1\0\0\0\0\0\0"
				       "\3www\7example\0\0\x1c\0\1";
	uint8_t out[DNS_QUERY_MAX];

	(void)state;
	assert_int_equal(dns_packet_query(out, 0x1234, "www.example.", DNS_AAAA),
			 sizeof(expected) - 1);
	assert_memory_equal(out, expected, sizeof(expected) - 1);
}

static void names_that_can_be_asked_for(void **state)
{
	static const char *const wrong[] = { "", ".", "..", "a..b", ".a", "a.." };
	char label[65], name[256];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(dns_name_is_valid(wrong[i]));
	memset(label, 'a', 64);
	label[64] = '\0';
	assert_false(dns_name_is_valid(label));
	assert_true(dns_name_is_valid(label + 1));
	for (size_t i = 0; i < 254; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[253] = '\0';
	assert_true(dns_name_is_valid(name));
	memcpy(name + 253, ".a", 3);
	assert_false(dns_name_is_valid(name));
}

static void addresses_behind_an_alias(void **state)
{
	struct message m = answer_start("www.example", DNS_A, 0x80, 4);
	struct dns_answer answer;

	(void)state;
	/* the alias stands behind what it leads to, as some servers send it */
	PUT(&m, "\3srv\xc0\x10\0\1\0\1\0\0\0\5\0\4\xc0\0\2\1");
	PUT(&m, "\xc0\x0c\0\5\0\1\0\0\0\5\0\6\3srv\xc0\x10");
	PUT(&m, "\3SRV\xc0\x10\0\1\0\1\0\0\0\5\0\4\xc0\0\2\2");
	PUT(&m, "\5other\0\0\1\0\1\0\0\0\5\0\4\xc0\0\2\3");
	assert_int_equal(parse(&m, "WWW.Example.", DNS_A, &answer), 0);
	assert_int_equal(answer.addresses.count, 2);
	assert_true(has(&answer.addresses, 0, "192.0.2.1"));
	assert_true(has(&answer.addresses, 1, "192.0.2.2"));
}

static void an_address_of_sixteen_bytes(void **state)
{
	struct message m = answer_start("a", DNS_AAAA, 0x80, 2);
	struct dns_answer answer;

	(void)state;
	PUT(&m, "\xc0\x0c\0\x1c\0\1\0\0\0\5\0\4\xc0\0\2\1"); /* too short: left out */
	PUT(&m, "\xc0\x0c\0\x1c\0\1\0\0\0\5\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	assert_int_equal(parse(&m, "a", DNS_AAAA, &answer), 0);
	assert_int_equal(answer.addresses.count, 1);
	assert_true(has(&answer.addresses, 0, "2001:db8::1"));
}

static void answers_to_other_questions_are_not_ours(void **state)
{
	struct message m = answer_start("a", DNS_A, 0x80, 1), other;
	struct dns_answer answer;

	(void)state;
	PUT(&m, "\xc0\x0c\0\1\0\1\0\0\0\5\0\4\xc0\0\2\1");
	assert_int_equal(parse(&m, "a", DNS_A, &answer), 0);
	assert_int_equal(parse(&m, "b", DNS_A, &answer), -EBADMSG);
	assert_int_equal(parse(&m, "a", DNS_AAAA, &answer), -EBADMSG);
	assert_int_equal(dns_packet_parse(m.data, m.len, 0x1235, "a", DNS_A, &answer),
			 -EBADMSG);
	other = m;
	other.data[2] = 0x01; /* a question */
	assert_int_equal(parse(&other, "a", DNS_A, &answer), -EBADMSG);
	other = m;
	other.data[5] = 2; /* two questions */
	assert_int_equal(parse(&other, "a", DNS_A, &answer), -EBADMSG);
	for (size_t len = 0; len < m.len; len++)
		assert_int_equal(dns_packet_parse(m.data, len, 0x1234, "a", DNS_A,
						  &answer),
				 -EBADMSG);
}

static void loops_come_to_an_end(void **state)
{
	struct message m = answer_start("a", DNS_A, 0x80, 1);
	struct dns_answer answer;

	(void)state;
	PUT(&m, "\xc0\x13\0\1\0\1\0\0\0\5\0\4\xc0\0\2\1"); /* points at itself */
	assert_int_equal(parse(&m, "a", DNS_A, &answer), -EBADMSG);
	m = answer_start("a", DNS_A, 0x80, 1);
	PUT(&m, "\xc0\x40\0\1\0\1\0\0\0\5\0\4\xc0\0\2\1"); /* and behind itself */
	assert_int_equal(parse(&m, "a", DNS_A, &answer), -EBADMSG);
	m = answer_start("a", DNS_A, 0x80, 1);
	PUT(&m, "\xc0\x0c\0\5\0\1\0\0\0\5\0\2\xc0\x0c"); /* an alias of itself */
	assert_int_equal(parse(&m, "a", DNS_A, &answer), 0);
	assert_int_equal(answer.addresses.count, 0);
}

static void refusals_and_cut_answers(void **state)
{
	struct message m = answer_start("a", DNS_A, 0x83, 0);
	struct dns_answer answer;

	(void)state;
	assert_int_equal(parse(&m, "a", DNS_A, &answer), 0);
	assert_int_equal(answer.rcode, DNS_NXDOMAIN);
	m.data[2] |= 0x02;
	assert_int_equal(parse(&m, "a", DNS_A, &answer), 0);
	assert_true(answer.truncated);
}

/* ---- looking up */

static struct dns_answer with_address(const char *text)
{
	struct dns_answer answer = { .rcode = DNS_NOERROR };
	struct ip ip;

	assert_int_equal(ip_parse(text, &ip), 0);
	addresses_add(&answer.addresses, &ip);
	return answer;
}

static const struct dns_answer none = { .rcode = DNS_NOERROR };
static const struct dns_answer no_such_name = { .rcode = DNS_NXDOMAIN };
static const struct dns_answer no_service = { .rcode = 2 };
static const struct dns_answer cut = { .truncated = true };

static void both_families_are_found(void **state)
{
	struct dns_answer v4 = with_address("192.0.2.1"),
			  v6 = with_address("2001:db8::1");
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 1000), DNS_ASK);
	assert_string_equal(l.asked, "a.example");
	assert_int_equal(dns_lookup_step(&l, 1000), DNS_WAIT);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 1010);
	assert_int_equal(dns_lookup_step(&l, 1010), DNS_WAIT);
	assert_true(l.wake_ms < 1300);
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &v6, 1020);
	assert_int_equal(dns_lookup_step(&l, 1020), DNS_FOUND);
	assert_int_equal(l.found.count, 2);
}

static void one_family_does_not_wait_long_for_the_other(void **state)
{
	struct dns_answer v4 = with_address("192.0.2.1");
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 10);
	assert_int_equal(dns_lookup_step(&l, l.wake_ms), DNS_FOUND);
	assert_true(l.wake_ms <= 250);

	dns_lookup_start(&l, "a.example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &no_service, 5);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 10);
	assert_int_equal(dns_lookup_step(&l, 10), DNS_FOUND);
}

static void silent_servers_are_asked_in_turn(void **state)
{
	struct dns_lookup l;
	uint64_t now_ms = 0;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 2);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(dns_lookup_step(&l, now_ms), DNS_ASK);
		assert_int_equal(l.server, i % 2);
		assert_int_equal(l.wake_ms - now_ms, 1000u << i / 2);
		now_ms = l.wake_ms;
	}
	assert_int_equal(dns_lookup_step(&l, now_ms), DNS_NO_ANSWER);
	assert_int_equal(l.rcode, 0);
}

static void a_server_that_refuses_is_left_at_once(void **state)
{
	struct dns_answer v4 = with_address("192.0.2.1");
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 2);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_A, &no_service, 5);
	assert_int_equal(dns_lookup_step(&l, 5), DNS_WAIT);
	dns_lookup_failed(&l, DNS_QUESTION_AAAA);
	assert_int_equal(dns_lookup_step(&l, 6), DNS_ASK);
	assert_int_equal(l.server, 1);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 10);
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &none, 10);
	assert_int_equal(dns_lookup_step(&l, 10), DNS_FOUND);
}

static void no_server_is_no_answer(void **state)
{
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 0);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_NO_ANSWER);
	dns_lookup_start(&l, "a..example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_NOT_FOUND);
}

static void assert_asked_in_order(const char *name, const char *search,
				  const char *const *expected)
{
	struct dns_lookup l;

	dns_lookup_start(&l, name, search, 1);
	for (; *expected; expected++) {
		assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
		assert_string_equal(l.asked, *expected);
		dns_lookup_answer(&l, DNS_QUESTION_A, &no_such_name, 0);
		dns_lookup_answer(&l, DNS_QUESTION_AAAA, &no_such_name, 0);
	}
	assert_int_equal(dns_lookup_step(&l, 0), DNS_NOT_FOUND);
}

static void the_search_list(void **state)
{
	static const char search[] = " lan  example.org";

	(void)state;
	assert_asked_in_order("boot", search,
			      (const char *[]){ "boot.lan", "boot.example.org", "boot",
						NULL });
	assert_asked_in_order("boot.a", search,
			      (const char *[]){ "boot.a", "boot.a.lan",
						"boot.a.example.org", NULL });
	assert_asked_in_order("boot.", search, (const char *[]){ "boot.", NULL });
	assert_asked_in_order("boot", NULL, (const char *[]){ "boot", NULL });
	assert_asked_in_order("boot", "", (const char *[]){ "boot", NULL });
	assert_asked_in_order("boot", "a..b lan",
			      (const char *[]){ "boot.lan", "boot", NULL });
}

static void refused_names_do_not_end_the_search(void **state)
{
	struct dns_answer v4 = with_address("192.0.2.1");
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "boot", "nowhere lan", 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
		assert_string_equal(l.asked, "boot.nowhere");
		dns_lookup_answer(&l, DNS_QUESTION_A, &no_service, 0);
		dns_lookup_answer(&l, DNS_QUESTION_AAAA, &no_service, 0);
	}
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	assert_string_equal(l.asked, "boot.lan");
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &none, 0);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 0);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_FOUND);

	dns_lookup_start(&l, "boot.lan", "nowhere", 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_A, &no_such_name, 0);
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &no_such_name, 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
		dns_lookup_answer(&l, DNS_QUESTION_A, &no_service, 0);
		dns_lookup_answer(&l, DNS_QUESTION_AAAA, &no_service, 0);
	}
	assert_int_equal(dns_lookup_step(&l, 0), DNS_NO_ANSWER);
}

static void a_cut_answer_is_asked_for_again_over_tcp(void **state)
{
	struct dns_answer v4 = with_address("192.0.2.1");
	struct dns_lookup l;

	(void)state;
	dns_lookup_start(&l, "a.example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_AAAA, &none, 5);
	dns_lookup_answer(&l, DNS_QUESTION_A, &cut, 5);
	assert_int_equal(dns_lookup_step(&l, 5), DNS_ASK_TCP);
	assert_int_equal(l.tcp, DNS_QUESTION_A);
	dns_lookup_answer(&l, DNS_QUESTION_A, &v4, 8);
	assert_int_equal(dns_lookup_step(&l, 8), DNS_FOUND);

	dns_lookup_start(&l, "a.example", NULL, 1);
	assert_int_equal(dns_lookup_step(&l, 0), DNS_ASK);
	dns_lookup_answer(&l, DNS_QUESTION_A, &cut, 5);
	dns_lookup_answer(&l, DNS_QUESTION_A, &cut,
			  5); /* which makes no sense over TCP */
	dns_lookup_failed(&l, DNS_QUESTION_AAAA);
	assert_int_equal(dns_lookup_step(&l, 5), DNS_ASK);
}

/* ---- what comes before and after */

static void the_file_of_hosts(void **state)
{
	static const char hosts[] = "# comment\n"
				    "127.0.0.1 localhost\n"
				    "\n"
				    " 192.0.2.1\tboot.example  Boot # not.this\n"
				    "2001:db8::1 boot\r\n"
				    "nonsense boot\n"
				    "192.0.2.9\n"
				    "192.0.2.2 x boot";
	struct addresses a = { .count = 0 };

	(void)state;
	hosts_find(hosts, "BOOT", &a);
	assert_int_equal(a.count, 3);
	assert_true(has(&a, 0, "192.0.2.1"));
	assert_true(has(&a, 1, "2001:db8::1"));
	assert_true(has(&a, 2, "192.0.2.2"));
	a.count = 0;
	hosts_find(hosts, "not.this", &a);
	hosts_find("", "a", &a);
	assert_int_equal(a.count, 0);
}

static void the_link_of_addresses_that_have_none(void **state)
{
	static const char loopback[] =
		"00000000000000000000000000000001 01 80 10 80       lo\n";
	char text[512];

	(void)state;
	assert_int_equal(link_scope(""), 0);
	assert_int_equal(link_scope(loopback), 0);
	FORMAT(text,
	       "%sfe800000000000005054000000000001 1f 40 20 80     eth0\n"
	       "fe800000000000005054000000000002 03 40 20 80     eth1\n",
	       loopback);
	assert_int_equal(link_scope(text), 31);
	assert_int_equal(link_scope("fe800000000000005054000000000001"), 0);
	assert_int_equal(link_scope("fe800000000000005054000000000001 "), 0);
	assert_int_equal(link_scope("fe80 02\n"), 0);
	assert_int_equal(link_scope("fe800000000000005054000000000001 123456789 \n"), 0);
}

static void addresses_that_can_be_reached_come_first(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1",
					     "2001:db8::2", "192.0.2.3" };
	static const char *const sorted[] = { "2001:db8::2", "192.0.2.1", "192.0.2.3",
					      "2001:db8::1", "192.0.2.2" };
	bool is_reachable[ADDRESSES_MAX] = { true, false, false, true, true };
	struct addresses a = { .count = 0 };
	struct ip ip;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(ip_parse(texts[i], &ip), 0);
		addresses_add(&a, &ip);
		addresses_add(&a, &ip);
	}
	assert_int_equal(a.count, 5);
	addresses_sort(&a, is_reachable);
	for (unsigned i = 0; i < 5; i++)
		assert_true(has(&a, i, sorted[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question_as_it_is_sent),
		cmocka_unit_test(names_that_can_be_asked_for),
		cmocka_unit_test(addresses_behind_an_alias),
		cmocka_unit_test(an_address_of_sixteen_bytes),
		cmocka_unit_test(answers_to_other_questions_are_not_ours),
		cmocka_unit_test(loops_come_to_an_end),
		cmocka_unit_test(refusals_and_cut_answers),
		cmocka_unit_test(both_families_are_found),
		cmocka_unit_test(one_family_does_not_wait_long_for_the_other),
		cmocka_unit_test(silent_servers_are_asked_in_turn),
		cmocka_unit_test(a_server_that_refuses_is_left_at_once),
		cmocka_unit_test(no_server_is_no_answer),
		cmocka_unit_test(the_search_list),
		cmocka_unit_test(refused_names_do_not_end_the_search),
		cmocka_unit_test(a_cut_answer_is_asked_for_again_over_tcp),
		cmocka_unit_test(the_file_of_hosts),
		cmocka_unit_test(the_link_of_addresses_that_have_none),
		cmocka_unit_test(addresses_that_can_be_reached_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
