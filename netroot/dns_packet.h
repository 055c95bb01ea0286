/* DNS messages (RFC 1035, 3596): the question for the addresses of a name, and its answer. Pure. */
#ifndef NETROOT_DNS_PACKET_H
#define NETROOT_DNS_PACKET_H

#include "netroot/addresses.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_SIZE  256
#define DNS_QUERY_MAX  (12 + DNS_NAME_SIZE + 4)
#define DNS_ANSWER_MAX 4096 /* over UDP 512 */

enum dns_type {
	DNS_A = 1,
	DNS_AAAA = 28,
};

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_NXDOMAIN = 3,
};

struct dns_answer {
	uint8_t rcode;
	bool truncated; /* ask again over TCP */
	struct addresses addresses;
};

/* May @name be asked for: labels of 1 to 63 bytes, 253 in all, one dot at the end at most? */
bool dns_name_is_valid(const char *name);

/* Length of the message; 0: @name is not valid. */
size_t dns_packet_query(uint8_t out[DNS_QUERY_MAX], uint16_t id, const char *name,
			enum dns_type type);

/* The answer to that question, CNAMEs followed. 0; -EBADMSG: not well formed, or an answer to another
 * question: go on waiting for the right one. */
int dns_packet_parse(const uint8_t *data, size_t len, uint16_t id, const char *name,
		     enum dns_type type, struct dns_answer *out);

#endif
