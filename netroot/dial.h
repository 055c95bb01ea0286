/* TCP connections to one of several addresses. */
#ifndef NETROOT_DIAL_H
#define NETROOT_DIAL_H

#include "netroot/addresses.h"
#include "netroot/task.h"

#include "lib/klibc.h"

#include <netinet/in.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Length of the address. One that counts on a link only is looked for on the link of the task. */
socklen_t socket_address_of(const struct task *t, const struct ip *ip, uint16_t port,
			    union socket_address *out);

/* A connected, non-blocking socket to the first of @addresses that answers: each gets 250 ms before
 * the next one is tried beside it (RFC 8305, 5), all together 20 s. The caller closes it. -errno with
 * the reason; -ECANCELED. */
int dial(struct task *t, const struct addresses *addresses, uint16_t port);

/* Waits until the connection of the non-blocking @fd is made. 0; -errno; -ETIMEDOUT; -ECANCELED. */
int dial_finish(struct task *t, int fd, uint64_t until_ms);

#endif
