/* rtnetlink: requests that the kernel acknowledges, and the messages and attributes it
 * sends.
 *
 * Integers are in host byte order and structs are the kernel's, so they are copied out of
 * a cursor as bytes. Only datagrams of the kernel itself are ever returned. */
#ifndef LIB_NETLINK_H
#define LIB_NETLINK_H

#include "lib/cursor.h"

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NETLINK_REQUEST_SIZE 1024
#define NETLINK_RECEIVE_SIZE 16384 /* the kernel fills no more than this at once */

struct netlink {
	int fd; /* blocking; the caller closes it */
	uint32_t sequence;
};

struct netlink_request {
	union {
		struct nlmsghdr header;
		uint8_t bytes[NETLINK_REQUEST_SIZE];
	};
	bool truncated; /* remembered until netlink_send() refuses */
};

struct netlink_message {
	uint16_t type;
	struct cursor body;
};

struct netlink_attribute {
	uint16_t type;
	const void *data;
	size_t len;
};

/* A socket of NETLINK_ROUTE that hears @groups (RTMGRP_…, may be 0). 0 or -errno. */
int netlink_open(struct netlink *nl, uint32_t groups);

/* A request of @type for the struct at @body (ifinfomsg, ifaddrmsg, rtmsg). */
void netlink_start(struct netlink_request *r, uint16_t type, uint16_t flags,
		   const void *body, size_t len);
void netlink_put(struct netlink_request *r, uint16_t type, const void *data, size_t len);
void netlink_put_string(struct netlink_request *r, uint16_t type, const char *s);

/* What is put between the two becomes the content of an attribute of @type. Nests may be in
 * nests; each end takes what its start returned. */
size_t netlink_nest_start(struct netlink_request *r, uint16_t type);
void netlink_nest_end(struct netlink_request *r, size_t nest);

/* 0; -EMSGSIZE: the request does not fit into its struct; or -errno. */
int netlink_send(struct netlink *nl, struct netlink_request *r);

/* Sends and waits for the acknowledgement: the kernel's answer, 0 or -errno. For a socket
 * that hears no groups: what else arrives is dropped. */
int netlink_call(struct netlink *nl, struct netlink_request *r);

/* Sends a request for a dump and gives each message of the answer to @see, which must not
 * use @nl. For a socket that hears no groups. 0 or -errno. */
int netlink_dump(struct netlink *nl, struct netlink_request *r,
		 void (*see)(void *ctx, const struct netlink_message *message),
		 void *ctx);

/* One datagram if there is one. Length; -EAGAIN: none; -ENOBUFS: the kernel had to drop
 * some, so ask for a dump; or -errno. A datagram cut to @size fails with -EMSGSIZE. */
ssize_t netlink_receive(struct netlink *nl, void *data, size_t size);

/* The next message of a datagram, or the next attribute behind a message's own struct.
 * False at the end and when what follows is not well formed. */
bool netlink_next(struct cursor *datagram, struct netlink_message *out);
bool netlink_next_attribute(struct cursor *body, struct netlink_attribute *out);

#endif
