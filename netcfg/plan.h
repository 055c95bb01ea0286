/* What the command line wants for each interface that appears.
 *
 * Each ip= is one row and configures one interface: the one it names, else the one of
 * BOOTIF=, else the first that gets an address. */
#ifndef NETCFG_PLAN_H
#define NETCFG_PLAN_H

#include "netcfg/ip_param.h"
#include "netcfg/netcfg.h"

#include <stdbool.h>
#include <stdint.h>

struct plan {
	struct ip_param rows[NETCFG_IP_MAX];
	unsigned row_count;
	bool has_bootif;
	uint8_t bootif[6];
	uint32_t nameserver_be[NETCFG_NAMESERVERS]; /* of nameserver=, 0: none */
};

/* Logs each string that is wrong and leaves it out. 0, or -EINVAL when there was one;
 * @out is usable either way, but may have no row. */
int plan_make(const struct netcfg_request *request, struct plan *out);

/* The row for an interface, or NULL. A row that names it goes before others. */
const struct ip_param *plan_find(const struct plan *plan, const char *ifname,
				 const uint8_t mac[6]);

#endif
