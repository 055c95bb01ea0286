#include "netcfg/device.h"

#include "netcfg/bond_options.h"
#include "netcfg/report.h"
#include "netcfg/rtnl_link.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

/* All links, and the worker's. */
struct table {
	struct link *links;
	unsigned count;
	const struct link_context *context;
};

static struct link *find(const struct table *t, const char *name)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->links[i].seen.index && str_equal(t->links[i].seen.name, name))
			return &t->links[i];
	return NULL;
}

static void say(const struct table *t, const char *name, const char *kind, int err)
{
	struct netcfg_report report = report_start(NETCFG_FAILED, NULL);

	if (!err)
		return;
	report.err = err;
	/* same size */
	(void)str_copy(report.ifname, sizeof(report.ifname), name);
	log_err("%s: %s: %s", name, kind,
		err == -EOPNOTSUPP ? "its kernel module is not in the image"
				   : strerror(-err));
	report_send(t->context->report_fd, &report);
}

/* True when the device is to be made: it was not tried yet, and a worker before this one has not
 * made it. */
static bool is_wanted(const struct table *t, uint8_t *done, unsigned i, const char *name)
{
	bool is_first = !(*done & 1u << i);
	const struct link *link = find(t, name);

	*done |= (uint8_t)(1u << i);
	if (!is_first || !link)
		return is_first;
	if (!link->seen.kind[0])
		say(t, name, "virtual device", -EEXIST);
	return link->seen.kind[0] && !link->seen.is_up;
}

static void make_bond(const struct table *t, const struct iface_bond *bond)
{
	const char *bad = bond->options;
	int err = rtnl_bond_make(t->context->requests, bond, &bad);

	if (err == -EINVAL && *bad)
		log_err("%s: bond: option %s: not known, or not with this value",
			bond->name, bad);
	say(t, bond->name, "bond (module bonding)", err);
}

static void make_devices(const struct table *t, struct devices *devices)
{
	const struct plan *plan = t->context->plan;
	struct netlink *nl = t->context->requests;

	for (unsigned i = 0; i < plan->bond_count; i++)
		if (is_wanted(t, &devices->bonds, i, plan->bonds[i].name))
			make_bond(t, &plan->bonds[i]);
	for (unsigned i = 0; i < plan->bridge_count; i++)
		if (is_wanted(t, &devices->bridges, i, plan->bridges[i].name))
			say(t, plan->bridges[i].name, "bridge (module bridge)",
			    rtnl_bridge_make(nl, &plan->bridges[i]));
	for (unsigned i = 0; i < plan->vlan_count; i++) {
		const struct link *parent = find(t, plan->vlans[i].parent);

		if (parent && is_wanted(t, &devices->vlans, i, plan->vlans[i].name))
			say(t, plan->vlans[i].name, "VLAN (module 8021q)",
			    rtnl_vlan_make(nl, &plan->vlans[i], parent->seen.index));
	}
}

/* The bond that wants a port of that name, or NULL. */
static const struct iface_bond *find_bond(const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->bond_count; i++)
		for (unsigned j = 0; j < plan->bonds[i].slave_count; j++)
			if (str_equal(plan->bonds[i].slaves[j], name))
				return &plan->bonds[i];
	return NULL;
}

static const struct iface_bridge *find_bridge(const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->bridge_count; i++)
		for (unsigned j = 0; j < plan->bridges[i].port_count; j++)
			if (str_equal(plan->bridges[i].ports[j], name))
				return &plan->bridges[i];
	return NULL;
}

bool device_is_port(const struct plan *plan, const char *name)
{
	return find_bond(plan, name) || find_bridge(plan, name);
}

static int set_master(const struct table *t, struct link *port, const struct link *master,
		      bool is_bond)
{
	struct netlink *nl = t->context->requests;
	int err = 0;

	if (is_bond && port->seen.is_up) /* the kernel takes no port that is up */
		err = rtnl_link_down(nl, port->seen.index);
	if (!err)
		err = rtnl_link_set_master(nl, port->seen.index, master->seen.index);
	if (!err)
		port->seen.master = master->seen.index;
	return err;
}

static void set_primary(const struct table *t, const struct link *port,
			const struct link *master, const struct iface_bond *bond)
{
	char primary[IFACE_NAME_SIZE];
	int err;

	if (!bond_options_primary(bond->options, primary, sizeof(primary)) ||
	    !str_equal(primary, port->seen.name))
		return;
	err = rtnl_bond_set_primary(t->context->requests, master->seen.index,
				    port->seen.index);
	if (err)
		log_err("%s: primary %s: %s", bond->name, primary, strerror(-err));
}

static void pursue_port(const struct table *t, struct link *port)
{
	const struct iface_bond *bond = find_bond(t->context->plan, port->seen.name);
	const struct iface_bridge *bridge =
		find_bridge(t->context->plan, port->seen.name);
	const struct link *master;
	int err;

	port->is_port = bond || bridge;
	if (!port->is_port || port->is_refused || port->seen.master)
		return;
	master = find(t, bond ? bond->name : bridge->name);
	if (!master)
		return;
	err = set_master(t, port, master, bond);
	if (err) {
		port->is_refused = true;
		log_err("%s: port of %s: %s", port->seen.name, master->seen.name,
			strerror(-err));
		report_failure(t->context->report_fd, &port->seen, err);
		return;
	}
	if (bond)
		set_primary(t, port, master, bond);
	port->is_raised = false; /* whoever raised it, the bond wanted it down */
	link_raise(port, t->context);
}

static bool is_device(const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->bond_count; i++)
		if (str_equal(plan->bonds[i].name, name))
			return true;
	for (unsigned i = 0; i < plan->bridge_count; i++)
		if (str_equal(plan->bridges[i].name, name))
			return true;
	for (unsigned i = 0; i < plan->vlan_count; i++)
		if (str_equal(plan->vlans[i].parent, name))
			return true;
	return false;
}

static const char *wanted_name(const struct plan *plan, const struct rtnl_link *seen)
{
	/* a VLAN has the address of its card */
	for (unsigned i = 0; i < plan->name_count && !seen->kind[0]; i++)
		if (memcmp(plan->names[i].mac, seen->card_mac, sizeof(seen->card_mac)) ==
		    0)
			return plan->names[i].name;
	return NULL;
}

static int rename_link(struct link *link, const char *name,
		       const struct link_context *context)
{
	struct rtnl_link seen = link->seen;
	int err = rtnl_link_set_name(context->requests, seen.index, name);

	if (err)
		return err;
	/* same size */
	(void)str_copy(seen.name, sizeof(seen.name), name);
	link->is_port = seen.master || device_is_port(context->plan, name);
	link_update(link, context, &seen); /* other rows of the plan are its own now */
	return 0;
}

/* Who has the name gets that of @link: by way of a third one, since no two may be equal. */
static int swap_names(struct link *link, struct link *holder,
		      const struct link_context *context)
{
	char name[IFACE_NAME_SIZE], old[IFACE_NAME_SIZE], aside[IFACE_NAME_SIZE];
	int err;

	/* same sizes */
	(void)str_copy(name, sizeof(name), holder->seen.name);
	(void)str_copy(old, sizeof(old), link->seen.name);
	(void)FORMAT(aside, "rename%d", holder->seen.index);
	err = rename_link(holder, aside, context);
	if (!err)
		err = rename_link(link, name, context);
	if (!err)
		err = rename_link(holder, old, context);
	return err;
}

static void pursue_name(const struct table *t, struct link *link)
{
	const char *name = wanted_name(t->context->plan, &link->seen), *other;
	char old[IFACE_NAME_SIZE];
	struct link *holder;
	int err;

	if (!name || link->is_refused || str_equal(name, link->seen.name))
		return;
	/* same size */
	(void)str_copy(old, sizeof(old), link->seen.name);
	holder = find(t, name);
	other = holder ? wanted_name(t->context->plan, &holder->seen) : NULL;
	if (!holder)
		err = rename_link(link, name, t->context);
	else if (str_equal(other ? other : "", name))
		err = -EEXIST; /* two cards are to have it */
	else
		err = swap_names(link, holder, t->context);
	link->is_refused = err;
	if (err)
		log_err("%s: ifname=%s: %s", old, name,
			err == -EBUSY ? "the interface is up" : strerror(-err));
	else
		log_info("%s: now %s", old, name);
}

void device_pursue(struct devices *devices, struct link *links, unsigned count,
		   const struct link_context *context)
{
	struct table t = { .links = links, .count = count, .context = context };

	for (unsigned i = 0; i < count && context->plan->name_count; i++)
		if (links[i].seen.index)
			pursue_name(&t, &links[i]);
	make_devices(&t, devices);
	for (unsigned i = 0; i < count; i++) {
		if (!links[i].seen.index)
			continue;
		pursue_port(&t, &links[i]);
		if (is_device(context->plan, links[i].seen.name))
			link_raise(&links[i], context);
	}
}

static void forget(uint8_t *done, unsigned i, const char *a, const char *b)
{
	if (str_equal(a, b))
		*done &= (uint8_t) ~(1u << i);
}

void device_forget(struct devices *devices, const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->bond_count; i++)
		forget(&devices->bonds, i, plan->bonds[i].name, name);
	for (unsigned i = 0; i < plan->bridge_count; i++)
		forget(&devices->bridges, i, plan->bridges[i].name, name);
	for (unsigned i = 0; i < plan->vlan_count; i++)
		forget(&devices->vlans, i, plan->vlans[i].name, name);
}
