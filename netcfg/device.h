/* What vlan=, bond=, bridge= and ifname= want: virtual devices and names. */
#ifndef NETCFG_DEVICE_H
#define NETCFG_DEVICE_H

#include "netcfg/link.h"

/* Devices that were asked for; what the kernel did not make is not asked for again. */
struct devices {
	uint8_t vlans, bonds, bridges; /* sets, bit 0 the first of the plan */
};

/* Is a link of that name a port of a bond or bridge of the plan? */
bool device_is_port(const struct plan *plan, const char *name);

/* Gives links their names, makes what can be made now, and makes ports of links that are to be some.
 * Called after every change of @links. */
void device_pursue(struct devices *devices, struct link *links, unsigned count,
		   const struct link_context *context);

/* The device of that name is gone, and is to be made again when it can be. */
void device_forget(struct devices *devices, const struct plan *plan, const char *name);

#endif
