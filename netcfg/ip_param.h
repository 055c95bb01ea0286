/* One value of ip=, in all forms that are written. The kernel's
 * (Documentation/admin-guide/nfs/nfsroot.rst):
 *
 *	METHOD
 *	CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD:DNS0:DNS1:NTP0
 *	dhcp,CLIENT-ID-TYPE,CLIENT-ID
 *
 * and those of dracut.cmdline(7), with IPv6 addresses in brackets:
 *
 *	DEVICE:METHOD[:[MTU][:MAC]]
 *	CLIENT:PEER:GATEWAY:NETMASK:HOST:DEVICE:METHOD[:[MTU][:MAC]]
 *
 * What follows METHOD tells by its shape which of the two it is: an address is DNS0. A mask may be
 * a prefix length, in its own field or behind the client ("192.0.2.5/24", "[2001:db8::5/64]"). No
 * mask is guessed from the class of an address. METHOD may be several with commas. Pure. */
#ifndef NETCFG_IP_PARAM_H
#define NETCFG_IP_PARAM_H

#include "lib/ip.h"
#include "netcfg/ip_method.h"

#include <stdbool.h>
#include <stdint.h>

#define IP_PARAM_DNS	   2
#define IP_PARAM_CLIENT_ID 64

/* What was left out is 0, "" or an address of no family. */
struct ip_param {
	uint8_t methods; /* set of enum ip_method; none: leave the interface alone */
	uint8_t prefix_len;
	struct ip client;
	struct ip server; /* the second field: who has the root */
	struct ip
		peer; /* the same when it is the other end of the link: written with a prefix
			     length, or all bits of the mask are set; @prefix_len is the peer's */
	struct ip gateway; /* of the client's family */
	struct ip dns[IP_PARAM_DNS];
	struct ip ntp;
	char host[64];
	char device[16]; /* "": whichever interface comes first */
	uint16_t mtu;
	bool has_mac;
	uint8_t mac[6]; /* to give the interface */
	uint8_t client_id_len;
	uint8_t client_id[IP_PARAM_CLIENT_ID]; /* option 61: the type first */
};

/* For "ip=…: FIELD: VALUE: REASON"; field and reason in static storage, the value printable. */
struct ip_param_error {
	const char *field;
	const char *reason;
	char value[64];
};

/* 0; -EINVAL: @error says what is wrong. @out is written only on success. */
int ip_param_parse(const char *s, struct ip_param *out, struct ip_param_error *error);

#endif
