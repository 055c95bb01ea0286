/* The kernel's NBD client: a connection that has been negotiated becomes a disk
 * (linux/nbd-netlink.h, over generic netlink). */
#ifndef INIT_NBD_H
#define INIT_NBD_H

#include <stdbool.h>
#include <stdint.h>

struct nbd_disk {
	int socket; /* stays the caller's; the kernel keeps its own hold of it */
	uint64_t bytes;
	uint16_t flags;	      /* NBD transmission flags, as the server sent them */
	uint32_t block_bytes; /* logical; a power of two from 512 on */
	uint32_t timeout_s;   /* of one request; 0: none */
	uint32_t
		dead_conn_s; /* how long requests wait for another connection; 0: not at all */
};

/* Is the driver there? It registers a family of generic netlink. */
bool nbd_is_there(void);

/* The number of the disk, /dev/nbdN; -ENOENT: no driver; or -errno. */
int nbd_connect(const struct nbd_disk *disk);

#endif
