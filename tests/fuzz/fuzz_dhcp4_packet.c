#include "netcfg/dhcp4_fsm.h"
#include "netcfg/dhcp4_packet.h"
#include "netcfg/hostname.h"
#include "netcfg/settings.h"
#include "netcfg/udp4_packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	if (len == size || (len && !hostname_is_valid(name, len)))
		abort();
}

static void check_lease(const struct dhcp4_lease *lease)
{
	check_name(lease->hostname, sizeof(lease->hostname));
	check_name(lease->domain, sizeof(lease->domain));
	if (lease->prefix_len > 32 || lease->routes.count > DHCP4_ROUTES_MAX)
		abort();
	for (unsigned i = 0; i < lease->routes.count; i++)
		if (lease->routes.rows[i].prefix_len > 32)
			abort();
}

/* As if a server had offered it, acknowledged it and fallen silent. */
static void walk(struct dhcp4_reply *reply)
{
	static const struct plan plan = { .row_count = 1 };
	struct dhcp4_fsm fsm;
	struct settings settings;
	uint64_t now_ms = 0;

	dhcp4_fsm_init(&fsm, 1, now_ms);
	dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, now_ms);
	reply->xid = fsm.xid;
	dhcp4_fsm_step(&fsm, DHCP4_OFFERED, reply, now_ms);
	if (!(dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, reply, now_ms) & DHCP4_APPLY))
		return;
	settings_make(&plan, &plan.rows[0], &fsm.lease, &settings);
	check_name(settings.hostname, sizeof(settings.hostname));
	check_name(settings.domain, sizeof(settings.domain));
	for (unsigned i = 0; i < 100 && fsm.wake_ms != DHCP4_NEVER; i++) {
		if (fsm.wake_ms < now_ms)
			abort();
		now_ms = fsm.wake_ms;
		dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, now_ms);
	}
}

static void parse(const void *data, size_t size)
{
	static const uint8_t nobody[6];
	const uint8_t *mac = size >= 34 ? (const uint8_t *)data + 28 : nobody;
	struct dhcp4_reply reply;

	if (dhcp4_packet_parse(data, size, mac, &reply))
		return;
	check_lease(&reply.lease);
	walk(&reply);
}

/* The input is a DHCP message or an IP packet with one in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct udp4_packet packet;

	if (udp4_packet_parse(data, size, true, &packet) == 0)
		parse(packet.payload.data, packet.payload.len);
	parse(data, size);
	return 0;
}
