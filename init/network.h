/* What PID 1 knows of the network: what the worker said last about each interface and method. Its
 * strings are ended here, and are printable as far as the worker is to be believed. */
#ifndef INIT_NETWORK_H
#define INIT_NETWORK_H

#include "lib/buf.h"
#include "netcfg/netcfg.h"

#include <stdbool.h>
#include <stdint.h>

#define NETWORK_REPORTS_MAX 24
#define NETWORK_DNS_MAX	    8

struct network {
	/* One for each interface, method and family; with method 0 what is the matter with the interface
	 * itself. */
	struct netcfg_report reports[NETWORK_REPORTS_MAX];
	unsigned count;
	unsigned changes; /* counts reports */
};

/* Remembers, logs, writes resolv.conf, and names a machine that has no name as the lease does.
 * @report may come from a worker that was taken over. */
void network_take(struct network *n, const struct netcfg_report *report);

/* Is there an address that reaches further than the link? */
bool network_is_up(const struct network *n);

/* The report that came first among those that hold an address, of IPv4 if there is any; or whose
 * lease says what the root is. NULL: none. Valid until the next round of the loop. */
const struct netcfg_report *network_first(const struct network *n);
const struct netcfg_report *network_root_path(const struct network *n);

/* Each name server once, in the order the leases came. Their number, at most @max. */
unsigned network_dns(const struct network *n, struct ip *out, unsigned max);

/* The first search list, "" for none. */
const char *network_search(const struct network *n);

/* What each interface lacks, for a verdict: "eth0: no carrier; eth1: link up, no address". */
void network_print_lack(const struct network *n, struct buf *b);

/* An array for status.json; rootling-init(8) has its members. */
void network_print_json(const struct network *n, struct buf *b);

/* A line for each report, for the report of a failed boot. */
void network_print_lines(const struct network *n, struct buf *b);

#endif
