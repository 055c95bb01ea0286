/* The bytes of a connection, plain or through TLS. Never blocks. */
#ifndef HTTP_TRANSPORT_H
#define HTTP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct tls;
struct tls_identity;

struct transport {
	int fd;
	struct tls *tls; /* NULL: plain */
	short wants;	 /* POLLIN or POLLOUT, after -EAGAIN */
};

/* Takes over @fd. @identity: NULL for a plain one. 0 or -errno, and then @fd is closed. */
int transport_open(struct transport *t, int fd, const struct tls_identity *identity);
void transport_close(struct transport *t);

/* Says that nothing more will be said; the other side may go on. */
void transport_shut(struct transport *t);

/* 0: nothing to do any more; -EAGAIN; -errno. @certified: the client has a certificate of ours. */
int transport_handshake(struct transport *t, bool *certified);

/* Bytes, 0 at the end, -EAGAIN, -errno. The writers may take less than they get. */
ssize_t transport_read(struct transport *t, void *data, size_t size);
ssize_t transport_write(struct transport *t, const struct iovec *parts, unsigned count);
ssize_t transport_send_file(struct transport *t, int file, uint64_t offset, uint64_t len);

#endif
