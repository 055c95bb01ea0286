#include "netroot/dns_lookup.h"
#include "netroot/hosts.h"
#include "netroot/link_scope.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever comes in, the search ends after a bounded number of questions. */
static void look_up(const struct dns_answer *answer, const char *name)
{
	struct dns_lookup l;
	uint64_t now_ms = 0;

	dns_lookup_start(&l, name, "example.org lan", 2);
	for (unsigned i = 0; i < 100; i++) {
		switch (dns_lookup_step(&l, now_ms)) {
		case DNS_ASK:
			dns_lookup_answer(&l, DNS_QUESTION_A, answer, now_ms);
			break;
		case DNS_ASK_TCP:
			dns_lookup_answer(&l, l.tcp, answer, now_ms);
			dns_lookup_failed(&l, l.tcp);
			break;
		case DNS_WAIT:
			if (l.wake_ms <= now_ms)
				abort();
			now_ms = l.wake_ms;
			break;
		default:
			return;
		}
	}
	abort();
}

/* The name that is asked for, and behind its NUL the answer; or a file of hosts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t len = end ? (size_t)(end - data) : 0;
	uint8_t query[DNS_QUERY_MAX];
	struct dns_answer answer;
	struct addresses found = { .count = 0 };
	char text[512];

	if (!end || len >= sizeof(text))
		return 0;
	memcpy(text, data, len + 1);
	hosts_find(text, "a", &found);
	(void)link_scope(text);
	if (dns_packet_query(query, 1, text, DNS_A) > sizeof(query))
		abort();
	data += len + 1;
	size -= len + 1;
	for (unsigned q = 0; q < DNS_QUESTIONS; q++) {
		uint16_t id = size < 2 ? 0 : (uint16_t)(data[0] << 8 | data[1]);

		if (dns_packet_parse(data, size, id, text, dns_question_type(q), &answer))
			continue;
		if (answer.addresses.count > ADDRESSES_MAX)
			abort();
		look_up(&answer, text);
	}
	return 0;
}
