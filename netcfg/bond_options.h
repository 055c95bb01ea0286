/* The options of bond=, as modinfo bonding has them, in the words of rtnetlink. Pure. */
#ifndef NETCFG_BOND_OPTIONS_H
#define NETCFG_BOND_OPTIONS_H

#include "lib/netlink.h"

#include <stdbool.h>
#include <stddef.h>

/* Puts each of @options into @r. "primary", which wants the index of a port, is left out. 0;
 * -EINVAL: @bad points to the word in @options that is not known or has no such value. */
int bond_options_put(const char *options, struct netlink_request *r, const char **bad);

/* The port that "primary" names; false: it names none. */
bool bond_options_primary(const char *options, char *port, size_t size);

#endif
