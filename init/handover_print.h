/* What the network services of a real root read, made of our leases: klibc's net-IF.conf (which
 * initramfs-tools and cloud-init read too), systemd's .link and .network, and NetworkManager's conf.d.
 *
 * Pure. The leases come from a worker that reads what strangers send, and one of these files is
 * sourced by shells (CVE-2011-1930): a string with another character than those that names, paths
 * and addresses need is left out here, whatever was checked before. */
#ifndef INIT_HANDOVER_PRINT_H
#define INIT_HANDOVER_PRINT_H

#include "lib/buf.h"
#include "netcfg/netcfg.h"

#include <stdbool.h>
#include <stdint.h>

#define HANDOVER_LEASES_MAX 6

/* One interface with all its leases, at least one. */
struct handover_iface {
	const char *name;
	const uint8_t *mac;
	bool is_virtual; /* VLAN, bond, bridge: its hardware address is another one's too */
	bool is_needed; /* the root is behind it */
	const struct netcfg_report *leases[HANDOVER_LEASES_MAX];
	unsigned count;
};

/* May @name be part of a path and stand in these files? */
bool handover_name_is_plain(const char *name);

/* /run/net-IF.conf, with the first IPv4 lease, and /run/net6-IF.conf, with the first of IPv6 that is
 * static or from DHCPv6. Nothing is appended when there is none. */
void handover_print_ipconfig(const struct handover_iface *iface, unsigned uptime_s,
			     struct buf *out);
void handover_print_ipconfig6(const struct handover_iface *iface, struct buf *out);

/* A .link file of /run/systemd/network: a card keeps its name, and gets the others besides. */
void handover_print_udev(const struct handover_iface *iface, struct buf *out);

/* A .network file of /run/systemd/network. The client identifiers are those that we send ourselves. */
void handover_print_networkd(const struct handover_iface *iface, struct buf *out);

/* A file for /run/NetworkManager/conf.d, for an interface with a lease that somebody must renew. */
void handover_print_manager(const struct handover_iface *iface, struct buf *out);

#endif
