/* The network worker: brings links up, configures them as ip= says, keeps leases renewed.
 *
 * It runs in a child forked by PID 1 and tells PID 1 what it did in datagrams of one
 * fixed size; it reads nothing from PID 1 but the end of file that tells it to go. */
#ifndef NETCFG_NETCFG_H
#define NETCFG_NETCFG_H

#include <stdint.h>

#define NETCFG_IP_MAX	   8
#define NETCFG_NAMESERVERS 2

/* Strings of the command line, borrowed while the worker runs. NULL: not given. */
struct netcfg_request {
	const char *ip[NETCFG_IP_MAX]; /* each ip=; with none, DHCP on every interface */
	unsigned ip_count;
	const char *bootif;
	const char *nameserver[NETCFG_NAMESERVERS];
};

enum netcfg_report_kind {
	NETCFG_LINK_UP = 1, /* carrier: @ifname and @mac */
	NETCFG_CONFIGURED,  /* address and routes are set: all fields; also renewed */
	NETCFG_FAILED,	    /* @err; @ifname is "" when the request itself is wrong */
};

struct netcfg_report {
	uint32_t kind;
	char ifname[16];
	uint8_t mac[6];
	uint8_t prefix_len;
	uint32_t address_be;
	uint32_t gateway_be; /* 0: none, as the next two */
	uint32_t dns_be[NETCFG_NAMESERVERS];
	uint32_t ntp_be;
	uint32_t lease_s;  /* UINT32_MAX: for ever */
	char hostname[64]; /* letters, digits, '-', '.'; "": nobody said, as @domain */
	char domain[128];
	int32_t err; /* 0 or -errno */
};

/* Runs until @fd, one end of a SOCK_SEQPACKET pair, reports end of file. Returns the exit
 * status. A wrong ip= is logged, reported as NETCFG_FAILED and left out; interfaces may
 * appear at any time. Keeps no privilege but CAP_NET_ADMIN, _RAW and _BIND_SERVICE. */
int netcfg_worker(int fd, const struct netcfg_request *request);

#endif
