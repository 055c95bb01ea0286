/* IPv6 addresses as text: klibc's inet_pton() takes none and its inet_ntop() shortens none. Pure. */
#ifndef LIB_IPV6_H
#define LIB_IPV6_H

#include <stdint.h>

#define IPV6_TEXT_SIZE 46 /* INET6_ADDRSTRLEN */

/* All of @s in a form of RFC 4291, 2.2, with an IPv4 address at its end perhaps. 0 or -EINVAL; @out
 * is written only on success. */
int ipv6_parse(const char *s, uint8_t out[16]);

/* As RFC 5952 writes it. Returns @out. */
const char *ipv6_format(char out[IPV6_TEXT_SIZE], const uint8_t address[16]);

#endif
