/* Who a client is, for the log, the limits and the rules of who may do what. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include "http/exchange.h"
#include "lib/klibc.h"

#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>

union peer_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_vm vsock;
};

/* An IPv4 address that came through an IPv6 socket is named as what it is. */
void peer_name(struct http_peer *peer, const union peer_address *from, bool tls);

#endif
