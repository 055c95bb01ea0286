/* DHCPv4 messages (RFC 2131, options of RFC 2132 and 3442): build ours, parse a server's.
 * Pure; what a server says is bounded and its names have passed hostname_is_valid(). */
#ifndef NETCFG_DHCP4_PACKET_H
#define NETCFG_DHCP4_PACKET_H

#include "lib/buf.h"

#include <stddef.h>
#include <stdint.h>

#define DHCP4_SERVER_PORT 67
#define DHCP4_CLIENT_PORT 68
#define DHCP4_DNS_MAX	  2
#define DHCP4_ROUTES_MAX  16
#define DHCP4_FOREVER	  UINT32_MAX /* seconds */

enum dhcp4_type {
	DHCP4_DISCOVER = 1,
	DHCP4_OFFER,
	DHCP4_REQUEST,
	DHCP4_DECLINE,
	DHCP4_ACK,
	DHCP4_NAK,
	DHCP4_RELEASE,
	DHCP4_INFORM,
};

struct dhcp4_route {
	uint32_t network_be;
	uint32_t gateway_be; /* 0: on the link itself */
	uint8_t prefix_len;
};

struct dhcp4_routes {
	unsigned count; /* what does not fit is left out */
	struct dhcp4_route rows[DHCP4_ROUTES_MAX];
};

/* What the server did not say is 0 or "". */
struct dhcp4_lease {
	uint32_t address_be;
	uint8_t prefix_len;
	uint32_t server_be; /* server identifier */
	uint32_t router_be;
	struct dhcp4_routes
		routes; /* if there are any, @router_be does not count (RFC 3442) */
	uint32_t dns_be[DHCP4_DNS_MAX];
	uint32_t ntp_be;
	uint32_t lease_s, renewal_s, rebinding_s; /* the last two are T1 and T2 */
	char hostname[64];
	char domain[128];
};

struct dhcp4_reply {
	uint8_t type;
	uint32_t xid;
	uint8_t bad_option; /* code of the last one ignored as malformed, or 0 */
	struct dhcp4_lease lease;
};

/* What goes out; 0 or NULL leaves an option or a field out. */
struct dhcp4_request {
	enum dhcp4_type type;
	uint32_t xid;
	uint16_t elapsed_s;
	uint8_t mac[6];
	uint32_t ciaddr_be;
	uint32_t requested_be; /* option 50 */
	uint32_t server_be;    /* option 54 */
	const char *hostname;  /* option 12 */
};

/* Appends the message to @out, which remembers if it did not fit; 576 bytes do. */
void dhcp4_packet_build(const struct dhcp4_request *request, struct buf *out);

/* @out is complete on success only. 0; -EBADMSG: not a well-formed message of a server to
 * the client with @mac. */
int dhcp4_packet_parse(const void *data, size_t len, const uint8_t mac[6],
		       struct dhcp4_reply *out);

#endif
