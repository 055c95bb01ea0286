/* One value of ip=, in the kernel's own form (Documentation/admin-guide/nfs/nfsroot.rst):
 *
 *	client:server:gateway:netmask:host:device:autoconf:dns0:dns1:ntp0
 *
 * or autoconf alone. Differences: no mask is guessed from the class of an address, a mask
 *may be a prefix length, and BOOTP and RARP are not spoken. Pure. */
#ifndef NETCFG_IP_PARAM_H
#define NETCFG_IP_PARAM_H

#include <stdint.h>

#define IP_PARAM_DNS 2

enum ip_method {
	IP_METHOD_NONE, /* leave the interface alone */
	IP_METHOD_STATIC,
	IP_METHOD_DHCP,
};

/* What was left out is 0 or "". */
struct ip_param {
	enum ip_method
		method; /* a client address is used, never asked for, as in the kernel */
	uint32_t client_be;
	uint32_t server_be;
	uint32_t gateway_be;
	uint8_t prefix_len;
	char host[64];
	char device[16]; /* "": whichever interface comes first */
	uint32_t dns_be[IP_PARAM_DNS];
	uint32_t ntp_be;
};

/* Static storage, for "ip=…: FIELD: REASON". */
struct ip_param_error {
	const char *field;
	const char *reason;
};

/* 0; -EINVAL: @error says what is wrong. @out is written only on success. */
int ip_param_parse(const char *s, struct ip_param *out, struct ip_param_error *error);

/* BOOTIF= as PXELINUX passes it: "01-" for Ethernet, then the address in hex with dashes.
 * The hardware type may be left out and ':' stand for '-'. 0 or -EINVAL. */
int ip_param_parse_bootif(const char *s, uint8_t mac[6]);

#endif
