/* /etc/hosts: hosts(5). Pure. */
#ifndef NETROOT_HOSTS_H
#define NETROOT_HOSTS_H

#include "netroot/addresses.h"

/* Adds the addresses that the text @hosts has for @name to @out, in their order. */
void hosts_find(const char *hosts, const char *name, struct addresses *out);

#endif
