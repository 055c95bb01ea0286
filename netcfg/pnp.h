/* What the kernel has set itself by ip= (CONFIG_IP_PNP), as it tells in /proc/net/pnp. Pure. */
#ifndef NETCFG_PNP_H
#define NETCFG_PNP_H

#include "netcfg/lease.h"

#include <stddef.h>

/* Name servers, domain and boot server into @out, whose other fields stay. Lines that are not
 * understood are passed over. */
void pnp_parse(const char *text, struct lease *out);

#endif
