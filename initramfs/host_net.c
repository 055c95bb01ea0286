/* What a root over the network needs before it can be asked for: every card of the machine, since
 * which of them will have the address is not known here, and what interfaces are made of. */
#include "initramfs/host_walk.h"
#include "lib/str.h"
#include "mount/sysfs.h"

#include <stdlib.h>

/* Interfaces without a card of their own, by what their folder has. */
static const struct {
	const char *leaf, *module;
} made[] = {
	{ "bonding", "bonding" },
	{ "bridge", "bridge" },
};

static bool is_vlan(const struct host_walk *walk, const char *name)
{
	char *vlans = mem_printf("%s/proc/net/vlan", walk->recorded);
	bool is = sysfs_exists(vlans, name);

	free(vlans);
	return is;
}

static void walk_interface(struct host_walk *walk, const char *all, const char *name)
{
	char *folder = host_real(all, name),
	     *device = folder ? host_real(folder, "device") : NULL;

	if (device)
		host_walk_device(walk, device);
	for (size_t i = 0; folder && i < sizeof(made) / sizeof(made[0]); i++)
		if (sysfs_exists(folder, made[i].leaf))
			host_add(walk->out, HOST_MODULE, made[i].module, name);
	if (is_vlan(walk, name))
		host_add(walk->out, HOST_MODULE, "8021q", name);
	free(device);
	free(folder);
}

void host_walk_network(struct host_walk *walk)
{
	char *all = mem_printf("%s/class/net", walk->sys);
	struct strings names = host_names(all);

	for (size_t i = 0; i < names.count; i++)
		walk_interface(walk, all, names.items[i]);
	/* DHCP before there is an address */
	host_add(walk->out, HOST_MODULE, "af_packet", "network");
	strings_free(&names);
	free(all);
}
