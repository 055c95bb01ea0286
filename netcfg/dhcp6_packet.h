/* DHCPv6 messages (RFC 8415; options of RFC 3646, 5908, 5970, 7083): build ours, parse a server's.
 * Pure; what a server says is bounded and its names have passed hostname_is_valid(). */
#ifndef NETCFG_DHCP6_PACKET_H
#define NETCFG_DHCP6_PACKET_H

#include "lib/buf.h"
#include "netcfg/lease.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP6_CLIENT_PORT  546
#define DHCP6_SERVER_PORT  547
#define DHCP6_DUID_MAX	   130 /* RFC 8415, 11.1 */
#define DHCP6_MESSAGE_SIZE 512 /* room for the longest of ours */

enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE,
	DHCP6_REQUEST,
	DHCP6_CONFIRM,
	DHCP6_RENEW,
	DHCP6_REBIND,
	DHCP6_REPLY,
	DHCP6_RELEASE,
	DHCP6_DECLINE,
	DHCP6_RECONFIGURE,
	DHCP6_INFORMATION_REQUEST,
};

enum dhcp6_status { /* RFC 8415, 21.13 */
		    DHCP6_SUCCESS,
		    DHCP6_UNSPEC_FAIL,
		    DHCP6_NO_ADDRS_AVAIL,
		    DHCP6_NO_BINDING,
		    DHCP6_NOT_ON_LINK,
		    DHCP6_USE_MULTICAST,
};

/* "NoAddrsAvail" as the RFC has it. */
const char *dhcp6_status_name(uint16_t status);

struct dhcp6_duid {
	uint8_t len; /* 0: none */
	uint8_t bytes[DHCP6_DUID_MAX];
};

/* Who asks. */
struct dhcp6_client_id {
	struct dhcp6_duid duid;
	uint32_t iaid;
};

/* DUID-LL and the end of the MAC: made of nothing but the card, so they are the same at each boot
 * without anything stored, as RFC 8415, 11.4 means it; systemd-networkd takes the same DUID with
 * DUIDType=link-layer. */
struct dhcp6_client_id dhcp6_client_id(const uint8_t mac[6]);

/* What goes out; 0 or NULL leaves an option out. */
struct dhcp6_request {
	enum dhcp6_type type;
	uint32_t xid; /* 24 bits */
	uint16_t elapsed_cs;
	const struct dhcp6_duid *server;
	bool has_ia; /* asks for an address */
	struct ip address;
};

/* Appends the message to @out, which remembers if it did not fit. */
void dhcp6_packet_build(const struct dhcp6_request *request,
			const struct dhcp6_client_id *client, struct buf *out);

/* What the server did not say is 0. */
struct dhcp6_reply {
	uint8_t type; /* ADVERTISE or REPLY */
	uint32_t xid;
	struct dhcp6_duid server;
	uint8_t preference;
	bool is_rapid;
	uint16_t status;		 /* of the message, or else of the address */
	uint16_t bad_option;		 /* code of the last one ignored as malformed */
	uint32_t renewal_s, rebinding_s; /* T1 and T2 */
	uint32_t solicit_max_s, information_max_s; /* SOL_MAX_RT, INF_MAX_RT */
	uint32_t refresh_s;
	struct lease lease; /* without @server; no address: none was given */
};

/* @out is complete on success only. 0; -EBADMSG: not a well-formed ADVERTISE or REPLY to
 * @client. */
int dhcp6_packet_parse(const void *data, size_t len, const struct dhcp6_client_id *client,
		       struct dhcp6_reply *out);

#endif
