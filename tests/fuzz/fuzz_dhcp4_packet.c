#include "netcfg/dhcp4_fsm.h"
#include "netcfg/dhcp4_packet.h"
#include "netcfg/hostname.h"
#include "netcfg/settings.h"
#include "netcfg/udp4_packet.h"

#include <stdlib.h>
#include <string.h>

#define PATH_CHARS \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~:/?#[]@&+,=% "

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	if (len == size || strspn(text, PATH_CHARS) != len)
		abort();
}

static void check_name(const char *name, size_t len)
{
	if (len && !hostname_is_valid(name, len))
		abort();
}

static void check_names(const char *list, size_t size)
{
	check_text(list, size);
	for (const char *end; (end = strchr(list, ' ')); list = end + 1)
		check_name(list, (size_t)(end - list));
	check_name(list, strlen(list));
}

static void check_lease(const struct lease *lease)
{
	check_text(lease->hostname, sizeof(lease->hostname));
	check_name(lease->hostname, strlen(lease->hostname));
	check_names(lease->domain, sizeof(lease->domain));
	check_text(lease->root_path, sizeof(lease->root_path));
	check_text(lease->boot_file, sizeof(lease->boot_file));
	if (lease->prefix_len > 32 || lease->route_count > LEASE_ROUTES_MAX)
		abort();
	for (unsigned i = 0; i < lease->route_count; i++)
		if (lease->routes[i].prefix_len > 32 ||
		    lease->routes[i].network.family != IP_V4)
			abort();
	for (unsigned i = 0; i < LEASE_DNS_MAX; i++)
		if (lease->dns[i].family && !ip_is_host(&lease->dns[i]))
			abort();
}

/* As if a server had offered it, acknowledged it and fallen silent. */
static void walk(struct dhcp4_reply *reply, enum dhcp4_arp arp)
{
	static const struct plan plan = { .row_count = 1 };
	struct lease settings;
	struct dhcp4_fsm fsm;
	uint64_t now_ms = 0;

	dhcp4_fsm_init(&fsm, 1, now_ms);
	fsm.arp = arp;
	dhcp4_fsm_step(&fsm, DHCP4_TIMER, NULL, now_ms);
	reply->xid = fsm.xid;
	dhcp4_fsm_step(&fsm, DHCP4_OFFERED, reply, now_ms);
	if (dhcp4_fsm_step(&fsm, DHCP4_ACKNOWLEDGED, reply, now_ms) & DHCP4_APPLY) {
		settings_make(&plan, &plan.rows[0], "eth0", &reply->lease, &settings);
		check_lease(&settings);
	}
	for (unsigned i = 0; i < 100 && fsm.wake_ms != DHCP4_NEVER; i++) {
		if (fsm.wake_ms < now_ms)
			abort();
		now_ms = fsm.wake_ms;
		dhcp4_fsm_step(&fsm, i == 50 ? DHCP4_CONFLICT : DHCP4_TIMER, NULL,
			       now_ms);
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
	walk(&reply, size & 1 ? DHCP4_ARP_PROBE : DHCP4_ARP_WATCH);
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
