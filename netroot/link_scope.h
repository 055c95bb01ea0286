/* Which link an address like fe80::1 is on: routers name their DNS servers so, and what they say has no
 * place for it. Pure. */
#ifndef NETROOT_LINK_SCOPE_H
#define NETROOT_LINK_SCOPE_H

#include <stdint.h>

/* The index of the first interface of /proc/net/if_inet6 with such an address; 0: none. */
uint32_t link_scope(const char *if_inet6);

#endif
