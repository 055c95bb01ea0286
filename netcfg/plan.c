#include "netcfg/plan.h"

#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int add_row(struct plan *plan, const char *value)
{
	struct ip_param_error error;
	int err = ip_param_parse(value, &plan->rows[plan->row_count], &error);

	if (err)
		log_err("ip=%s: %s: %s%s%s", value, error.field, error.value,
			*error.value ? ": " : "", error.reason);
	else
		plan->row_count++;
	return err;
}

static int add_bootif(struct plan *plan, const char *value)
{
	int err = iface_bootif_parse(value, plan->bootif);

	if (err)
		log_err("BOOTIF=%s: not 01- and an Ethernet address", value);
	else
		plan->has_bootif = true;
	return err;
}

static int add_nameserver(struct plan *plan, const char *value)
{
	struct ip *ip = &plan->nameservers[plan->nameserver_count];
	int err = ip_parse(value, ip);

	if (err)
		log_err("nameserver=%s: not an IP address", value);
	else
		plan->nameserver_count++;
	return err;
}

/* The parsers of iface_param.h, for the table below. */
#define ADAPT(noun)                                                             \
	static const char *parse_##noun(const char *value, void *out)           \
	{                                                                       \
		return iface_##noun##_parse(value, (struct iface_##noun *)out); \
	}

ADAPT(vlan)
ADAPT(bond)
ADAPT(bridge)
ADAPT(name)
ADAPT(route)

/* Without devices PID 1 hands over none of their strings. */
#define DEVICE(parse) (IS_ENABLED(CONFIG_NETCFG_DEVICE) ? (parse) : NULL)

#define LIST(key, field, parse, rows, number)                                       \
	{                                                                           \
		key, parse, offsetof(struct netcfg_request, field),                 \
			offsetof(struct plan, rows), offsetof(struct plan, number), \
			sizeof(((struct plan *)0)->rows[0]),                        \
			sizeof(((struct plan *)0)->rows) /                          \
				sizeof(((struct plan *)0)->rows[0])                 \
	}

static const struct list {
	const char *key;
	const char *(*parse)(const char *value, void *out);
	uint16_t strings;     /* struct netcfg_list of the request */
	uint16_t rows, count; /* of the plan */
	uint16_t row_size, max;
} lists[] = {
	LIST("vlan", vlan, DEVICE(parse_vlan), vlans, vlan_count),
	LIST("bond", bond, DEVICE(parse_bond), bonds, bond_count),
	LIST("bridge", bridge, DEVICE(parse_bridge), bridges, bridge_count),
	LIST("ifname", ifname, DEVICE(parse_name), names, name_count),
	LIST("rd.route", route, parse_route, routes, route_count),
};

static int add_to_list(struct plan *plan, const struct list *list, const char *value)
{
	unsigned *count = (unsigned *)(void *)((char *)plan + list->count);
	char *rows = (char *)plan + list->rows;
	const char *reason = "there are too many of them";

	if (*count < list->max)
		reason = list->parse(value, rows + (size_t)*count * list->row_size);
	if (!reason) {
		++*count;
		return 0;
	}
	log_err("%s=%s: %s", list->key, value, reason);
	return -EINVAL;
}

static int add_lists(struct plan *plan, const struct netcfg_request *request)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct netcfg_list *strings =
			(const void *)((const char *)request + lists[i].strings);

		for (unsigned k = 0; k < strings->count; k++)
			if (add_to_list(plan, &lists[i], strings->item[k]))
				err = -EINVAL;
	}
	return err;
}

int plan_make(const struct netcfg_request *request, struct plan *out)
{
	int err = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < request->ip_count && i < NETCFG_IP_MAX; i++)
		if (add_row(out, request->ip[i]))
			err = -EINVAL;
	if (request->ip_count == 0)
		out->rows[out->row_count++].methods = IP_METHOD_DHCP4;
	if (request->bootif && add_bootif(out, request->bootif))
		err = -EINVAL;
	for (unsigned i = 0; i < NETCFG_NAMESERVERS; i++)
		if (request->nameserver[i] && add_nameserver(out, request->nameserver[i]))
			err = -EINVAL;
	if (add_lists(out, request))
		err = -EINVAL;
	out->ignores_peer_dns = request->no_peer_dns;
	return err;
}

uint8_t plan_rows(const struct plan *plan, const char *ifname, const uint8_t mac[6])
{
	unsigned named = 0, unnamed = 0;

	for (unsigned i = 0; i < plan->row_count; i++) {
		const char *device = plan->rows[i].device;

		if (str_equal(device, ifname))
			named |= 1u << i;
		else if (!device[0])
			unnamed |= 1u << i;
	}
	if (named)
		return (uint8_t)named;
	if (plan->has_bootif && memcmp(plan->bootif, mac, sizeof(plan->bootif)) != 0)
		return 0;
	return (uint8_t)unnamed;
}
