/* The addresses of one name, in the order in which they are to be tried. Pure. */
#ifndef NETROOT_ADDRESSES_H
#define NETROOT_ADDRESSES_H

#include "lib/ip.h"

#define ADDRESSES_MAX 16

struct addresses {
	struct ip ip[ADDRESSES_MAX];
	unsigned count;
};

/* What is there already and what finds no room is left out. */
void addresses_add(struct addresses *a, const struct ip *ip);

/* Those with a way there first (@is_reachable, one for each); among these IPv6 and IPv4 take turns
 * (RFC 8305, 4), IPv6 first, each family in the order it had. */
void addresses_sort(struct addresses *a, const bool is_reachable[ADDRESSES_MAX]);

#endif
