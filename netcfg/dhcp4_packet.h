/* DHCPv4 messages (RFC 2131): build ours, parse a server's. Pure; what a server says is bounded and
 * its strings have passed the checks of dhcp4_options.h. */
#ifndef NETCFG_DHCP4_PACKET_H
#define NETCFG_DHCP4_PACKET_H

#include "lib/buf.h"
#include "netcfg/lease.h"
#include "netcfg/pxe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP4_SERVER_PORT  67
#define DHCP4_CLIENT_PORT  68
#define DHCP4_MESSAGE_SIZE 768 /* all that dhcp4_packet_build() may write */
#define DHCP4_MESSAGE_MAX \
	1500 /* of a server's that is read, headers of IP and UDP included */
#define DHCP4_CLIENT_ID_MAX 64

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

/* What the protocol itself needs of a lease; 0: the server did not say. */
struct dhcp4_grant {
	uint32_t address_be;
	uint32_t server_be;			  /* server identifier */
	uint32_t lease_s, renewal_s, rebinding_s; /* the last two are T1 and T2 */
};

struct dhcp4_reply {
	uint8_t type;
	uint32_t xid;
	bool is_rapid;	    /* option 80: an ACK to a DISCOVER (RFC 4039) */
	bool has_classless; /* option 121: routers and static routes do not count (RFC 3442) */
	uint8_t bad_option; /* code of the last one ignored as malformed, or 0 */
	struct dhcp4_grant grant;
	struct lease lease;
};

/* What a machine says of itself in every message; strings are borrowed. */
struct dhcp4_identity {
	uint8_t mac[6];
	uint8_t client_id_len; /* 0: the MAC, as firmware and boot loaders send it */
	uint8_t client_id[DHCP4_CLIENT_ID_MAX]; /* option 61, its type first */
	const char *hostname;			/* option 12; "" or NULL: none */
	const char *vendor_class;		/* option 60, the same */
	const struct pxe_client *pxe;		/* options 93, 94 and 97, or NULL */
};

/* What goes out; 0 leaves an option or a field out. */
struct dhcp4_request {
	enum dhcp4_type type;
	uint32_t xid;
	uint16_t elapsed_s;
	bool wants_broadcast; /* the server's answer is to go to everyone */
	uint32_t ciaddr_be;
	uint32_t requested_be; /* option 50 */
	uint32_t server_be;    /* option 54 */
};

/* Appends the message to @out, which remembers if it did not fit. */
void dhcp4_packet_build(const struct dhcp4_request *request,
			const struct dhcp4_identity *identity, struct buf *out);

/* @out is complete on success only. 0; -EBADMSG: not a well-formed message of a server to
 * the client with @mac. */
int dhcp4_packet_parse(const void *data, size_t len, const uint8_t mac[6],
		       struct dhcp4_reply *out);

#endif
