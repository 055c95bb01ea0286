/* Internet addresses of both families, their text and their networks. Pure. */
#ifndef LIB_IP_H
#define LIB_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_TEXT_SIZE 46 /* INET6_ADDRSTRLEN */

enum ip_family {
	IP_NONE,
	IP_V4 = 4,
	IP_V6 = 6,
};

struct ip {
	uint8_t family;	   /* enum ip_family; IP_NONE: no address */
	uint8_t bytes[16]; /* network order; IPv4 takes the first four, the rest is 0 */
};

/* "192.0.2.1", "2001:db8::1" or "[2001:db8::1]", whole; a zone ("%eth0") is refused. 0 or -EINVAL;
 * @out is written only on success. */
int ip_parse(const char *s, struct ip *out);

/* As RFC 5952 writes it, without brackets; "" for none. Returns @out. */
const char *ip_format(char out[IP_TEXT_SIZE], const struct ip *ip);

/* A prefix length, or with IPv4 a netmask in dots, for an address of @family. 0 to 32 or 128; -ERANGE:
 * a number above that; -EDOM: the bits of the mask are not contiguous; -EINVAL: neither of both. */
int ip_parse_prefix_len(const char *s, enum ip_family family);

/* An address alone, "A/LENGTH", "[A]/LENGTH" or "[A/LENGTH]". @prefix_len: -1 when there is none.
 * 0, -EINVAL: no address, or the errors of ip_parse_prefix_len() as they are but for -EINVAL, which
 * is -EBADMSG; both are written only on success. */
int ip_parse_network(const char *s, struct ip *out, int *prefix_len);

/* Cuts the next field off @rest, at a ':' that is in no address in brackets. @rest is NULL behind
 * the last; NULL: there is none. */
char *ip_next_field(char **rest);

struct ip ip_from_v4(uint32_t address_be); /* 0: none */
uint32_t ip_to_v4_be(const struct ip *ip); /* 0 unless it is IPv4 */

bool ip_equal(const struct ip *a, const struct ip *b);

/* 4 or 16, 0 for none. */
size_t ip_size(const struct ip *ip);

/* Are both of one family and equal in their first @prefix_len bits? */
bool ip_same_network(const struct ip *a, const struct ip *b, unsigned prefix_len);

/* May be the address of one machine: no "any", loopback, multicast, and with IPv4 nothing of 0/8
 * or above 223. */
bool ip_is_host(const struct ip *ip);

/* Clears the bits behind the first @prefix_len. */
void ip_mask(struct ip *ip, unsigned prefix_len);

bool ip_is_link_local(const struct ip *ip); /* fe80::/10 and 169.254/16 */

#endif
