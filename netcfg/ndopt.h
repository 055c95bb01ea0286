/* Options of router advertisements that the kernel leaves to us (RFC 8106): name servers and
 * search lists. Pure; names have passed hostname_is_valid(). */
#ifndef NETCFG_NDOPT_H
#define NETCFG_NDOPT_H

#include "netcfg/lease.h"

#include <stddef.h>
#include <stdint.h>

enum ndopt_type {
	NDOPT_RDNSS = 25,
	NDOPT_DNSSL = 31,
};

struct ndopt {
	uint8_t type; /* enum ndopt_type */
	uint8_t dns_count;
	uint32_t lifetime_s;	      /* 0: no longer; LEASE_FOREVER */
	struct ip dns[LEASE_DNS_MAX]; /* RDNSS; what does not fit is left out */
	char domain[sizeof(((struct lease *)0)->domain)]; /* DNSSL; separated by blanks */
};

/* One option with its header. 0; -ENOMSG: another option; -EBADMSG: malformed. @out is complete on
 * success only. */
int ndopt_parse(const void *data, size_t len, struct ndopt *out);

#endif
