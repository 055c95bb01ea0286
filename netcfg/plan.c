#include "netcfg/plan.h"

#include "netcfg/plan_list.h"

#include "lib/kconfig.h"
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

static const char *parse_route(const char *value, void *out)
{
	return iface_route_parse(value, out);
}

static const struct plan_list routes =
	PLAN_LIST("rd.route", route, parse_route, routes, route_count);

static int add_item(struct plan *plan, const struct plan_list *list, const char *value)
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

int plan_list_add(const struct plan_list *list, const struct netcfg_request *request,
		  struct plan *plan)
{
	const struct netcfg_list *strings =
		(const void *)((const char *)request + list->strings);
	int err = 0;

	for (unsigned i = 0; i < strings->count; i++)
		if (add_item(plan, list, strings->item[i]))
			err = -EINVAL;
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
	if (plan_list_add(&routes, request, out))
		err = -EINVAL;
	if (IS_ENABLED(CONFIG_NETCFG_DEVICE) && plan_devices_add(request, out))
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
