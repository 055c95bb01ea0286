/* The words of ip= for how an interface gets its address. Pure. */
#ifndef NETCFG_IP_METHOD_H
#define NETCFG_IP_METHOD_H

#include "lib/ip.h"

#include <stdbool.h>
#include <stdint.h>

enum ip_method {
	IP_METHOD_STATIC = 1, /* the client address of ip= */
	IP_METHOD_DHCP4 = 2,
	IP_METHOD_AUTO6 =
		4, /* as the router says; with DHCP6 as well: DHCPv6 if it does not */
	IP_METHOD_DHCP6 = 8,
	IP_METHOD_LINK6 = 16, /* the link-local address alone */
	IP_METHOD_IBFT = 32,  /* what the firmware left in its table */
};

/* Adds the methods of WORD[,WORD...] to the set @methods. NULL, or what is wrong, in static
 * storage. */
const char *ip_methods_parse(const char *text, uint8_t *methods);

/* Is the first word of @text a method, even one that is refused? */
bool ip_methods_begin(const char *text);

/* The methods that go with a static address: those of the other family. */
uint8_t ip_methods_beside(const struct ip *client);

#endif
