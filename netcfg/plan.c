#include "netcfg/plan.h"

#include "lib/ipv4.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int add_row(struct plan *plan, const char *value)
{
	struct ip_param_error error;
	int err = ip_param_parse(value, &plan->rows[plan->row_count], &error);

	if (err)
		log_err("ip=%s: %s: %s", value, error.field, error.reason);
	else
		plan->row_count++;
	return err;
}

static int add_bootif(struct plan *plan, const char *value)
{
	int err = ip_param_parse_bootif(value, plan->bootif);

	if (err)
		log_err("BOOTIF=%s: not 01- and an Ethernet address", value);
	else
		plan->has_bootif = true;
	return err;
}

static int add_nameserver(uint32_t *address_be, const char *value)
{
	int err = ipv4_parse(value, address_be);

	if (err)
		log_err("nameserver=%s: not an IPv4 address", value);
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
		out->rows[out->row_count++].method = IP_METHOD_DHCP;
	if (request->bootif && add_bootif(out, request->bootif))
		err = -EINVAL;
	for (unsigned i = 0; i < NETCFG_NAMESERVERS; i++)
		if (request->nameserver[i] &&
		    add_nameserver(&out->nameserver_be[i], request->nameserver[i]))
			err = -EINVAL;
	return err;
}

const struct ip_param *plan_find(const struct plan *plan, const char *ifname,
				 const uint8_t mac[6])
{
	const struct ip_param *unnamed = NULL;

	for (unsigned i = 0; i < plan->row_count; i++) {
		const struct ip_param *row = &plan->rows[i];

		if (str_equal(row->device, ifname))
			return row;
		if (!row->device[0] && !unnamed)
			unnamed = row;
	}
	if (plan->has_bootif && memcmp(plan->bootif, mac, sizeof(plan->bootif)) != 0)
		return NULL;
	return unnamed;
}
