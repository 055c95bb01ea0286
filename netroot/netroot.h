/* The worker that fetches the root: looks up the server's name, loads an image into a file, or opens
 * the connection that the kernel's NBD client goes on with.
 *
 * It runs in a child forked by PID 1, without any privilege, and tells PID 1 what it did in
 * datagrams of one fixed size; it tries again by itself until it is told to go (end of file). */
#ifndef NETROOT_NETROOT_H
#define NETROOT_NETROOT_H

#include "lib/ip.h"
#include "netroot/spec.h"

#include <stdbool.h>
#include <stdint.h>

#define NETROOT_DNS_MAX 4

/* Who is asked for names. PID 1 may send this to the worker at any time: leases come and change. */
struct netroot_names {
	struct ip dns[NETROOT_DNS_MAX]; /* no family: none */
	char search[256];		/* domains, separated by blanks */
};

/* All of it is borrowed while the worker runs; what was not given is NULL or of no family. */
struct netroot_request {
	const struct netroot_spec *spec;
	struct ip dns[NETROOT_DNS_MAX]; /* as in struct netroot_names */
	const char *search;

	/* NETROOT_IMAGE */
	int file;	    /* where the image goes: writable, seekable, empty */
	uint64_t size_max;  /* bytes that fit into memory */
	const char *sha256; /* rd.fetch.sha256=: 64 hexadecimal digits */
	const char *
		key_path; /* PEM: if this file exists, the image needs a signature PATH.sig by it */
	const char *ca_path; /* PEM bundle */
	const char
		*pins; /* rd.fetch.pin=: as curl's --pinnedpubkey: sha256//BASE64[;…] */
	const char *proxy;    /* rd.fetch.proxy=: http://HOST:PORT */
	const char *no_proxy; /* rd.fetch.no_proxy=: hosts, domains, networks; "*": all */
	uint32_t idle_s;      /* how long a server may be silent; 0: 30 */
	uint32_t clock_floor_s; /* the clock is not before it: when /init was built */

	/* NETROOT_NBD: two unconnected TCP sockets, of which it connects one; PID 1 keeps its
	 * copies */
	int socket_v4, socket_v6;
};

enum netroot_report_kind {
	NETROOT_WAITING = 1, /* @text: for what, and why: the last try failed */
	NETROOT_RESOLVED,    /* @server; the end for NFS and iSCSI */
	NETROOT_PROGRESS,    /* @bytes of @total (0: not known); at most four a second */
	NETROOT_DONE, /* the image is whole and verified, @bytes long; or the NBD export is
				open: @bytes long, @flags, on the socket of @server's family */
	NETROOT_REFUSED, /* @err, @text: to try again would not help: not verified, too large */
};

struct netroot_report {
	uint32_t kind;
	int32_t err;
	struct ip server;
	uint16_t flags;	     /* NBD transmission flags */
	uint32_t block_size; /* NBD: the smallest request; 0: not said */
	uint64_t bytes, total;
	char text[256]; /* printable ASCII */
};

/* Does what @request says, with the names of the last struct netroot_names that came over @fd, until there is an end: NETROOT_RESOLVED, _DONE or _REFUSED, or until @fd, one end of a
 * SOCK_SEQPACKET pair, reports end of file. Returns the exit status. */
int netroot_worker(int fd, const struct netroot_request *request);

#endif
