/* Keys that may be given several times: where the strings of one are in the request, and where in
 * the plan what they say goes. */
#ifndef NETCFG_PLAN_LIST_H
#define NETCFG_PLAN_LIST_H

#include "netcfg/plan.h"

#include <stddef.h>
#include <stdint.h>

struct plan_list {
	const char *key;
	const char *(*parse)(const char *value, void *out); /* what is wrong, or NULL */
	uint16_t strings;     /* struct netcfg_list of the request */
	uint16_t rows, count; /* of the plan */
	uint16_t row_size, max;
};

#define PLAN_LIST(key, field, parse, rows, number)                                  \
	{                                                                           \
		key, parse, offsetof(struct netcfg_request, field),                 \
			offsetof(struct plan, rows), offsetof(struct plan, number), \
			sizeof(((struct plan *)0)->rows[0]),                        \
			sizeof(((struct plan *)0)->rows) /                          \
				sizeof(((struct plan *)0)->rows[0])                 \
	}

/* As plan_make() does it: logs what is wrong and leaves it out. 0 or -EINVAL. */
int plan_list_add(const struct plan_list *list, const struct netcfg_request *request,
		  struct plan *plan);

/* vlan=, bond=, bridge= and ifname=, the same. */
int plan_devices_add(const struct netcfg_request *request, struct plan *plan);

#endif
