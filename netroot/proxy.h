/* Which connections go through a proxy. Pure. */
#ifndef NETROOT_PROXY_H
#define NETROOT_PROXY_H

#include <stdbool.h>

/* Is @host excepted by @list, as no_proxy has it: names and addresses separated by commas or blanks,
 * of which "example.org" and ".example.org" mean the domain with all below it, "192.0.2.0/24" a
 * network and "*" everything? NULL: nothing is. */
bool proxy_is_excepted(const char *list, const char *host);

#endif
