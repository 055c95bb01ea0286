#include "netcfg/dhcp6_fsm.h"
#include "netcfg/dhcp6_packet.h"
#include "netcfg/hostname.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names separated by single blanks. */
static void check_list(const char *list, size_t size)
{
	if (strnlen(list, size) == size)
		abort();
	while (*list) {
		size_t len = strcspn(list, " ");

		if (!hostname_is_valid(list, len))
			abort();
		list += len;
		if (*list && !*++list)
			abort();
	}
}

static void check_lease(const struct lease *lease)
{
	bool has_end = false;

	check_list(lease->domain, sizeof(lease->domain));
	if (lease->address.family && (!ip_is_host(&lease->address) || !lease->lease_s))
		abort();
	for (unsigned i = 0; i < LEASE_DNS_MAX; i++) {
		if (lease->dns[i].family && (has_end || !ip_is_host(&lease->dns[i])))
			abort();
		has_end |= !lease->dns[i].family;
	}
}

/* As if a server had said it at each step, and then fallen silent. */
static void walk(struct dhcp6_reply *reply, bool is_stateless)
{
	struct dhcp6_client_id id = dhcp6_client_id((const uint8_t *)"\2\0\0\0\0\1");
	enum dhcp6_event event =
		reply->type == DHCP6_ADVERTISE ? DHCP6_ADVERTISED : DHCP6_REPLIED;
	struct dhcp6_fsm fsm;
	uint64_t now_ms = 0;

	dhcp6_fsm_init(&fsm, is_stateless, 1, now_ms);
	for (unsigned i = 0; i < 60 && fsm.wake_ms != DHCP6_NEVER; i++) {
		char storage[DHCP6_MESSAGE_SIZE];
		struct buf message = BUF_OVER(storage);
		struct dhcp6_request request;

		if (fsm.wake_ms < now_ms)
			abort();
		now_ms = fsm.wake_ms;
		if (dhcp6_fsm_step(&fsm, DHCP6_TIMER, NULL, now_ms) & DHCP6_SEND) {
			request = dhcp6_fsm_request(&fsm, now_ms);
			dhcp6_packet_build(&request, &id, &message);
			if (message.truncated)
				abort();
		}
		reply->xid = fsm.xid;
		if (i < 20)
			dhcp6_fsm_step(&fsm, event, reply, now_ms);
		if (i == 10)
			dhcp6_fsm_step(&fsm, DHCP6_CONFLICT, NULL, now_ms);
	}
}

/* The input is a DHCPv6 message; whose it is, is taken from it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };
	struct dhcp6_client_id id = dhcp6_client_id(mac);
	struct dhcp6_reply reply;

	if (dhcp6_packet_parse(data, size, &id, &reply))
		return 0;
	if (!reply.server.len || reply.server.len > DHCP6_DUID_MAX)
		abort();
	check_lease(&reply.lease);
	walk(&reply, false);
	walk(&reply, true);
	return 0;
}
