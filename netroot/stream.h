/* The bytes of a TCP connection, through TLS or not. */
#ifndef NETROOT_STREAM_H
#define NETROOT_STREAM_H

#include "netroot/task.h"
#include "netroot/url.h"

#include "lib/tls.h"

#include <stddef.h>
#include <sys/types.h>

struct stream {
	int fd; /* -1: none */
	struct tls *tls;
};

/* From now on all goes through TLS; the peer must be the host of @url. 0; -errno with the reason, for
 * good when the certificate is not to be believed; -ECANCELED. */
int stream_start_tls(struct task *t, struct stream *s, const struct url *url);

/* 0; -errno with the reason; -ECANCELED. */
int stream_write(struct task *t, struct stream *s, const void *data, size_t len,
		 uint64_t until_ms);

/* At least one byte. 0: the peer has ended the connection; -errno with the reason; -ECANCELED. */
ssize_t stream_read(struct task *t, struct stream *s, void *data, size_t size,
		    uint64_t until_ms);

/* Sets the reason that goes with @err, and returns it. */
int stream_fail(struct task *t, const struct stream *s, int err);

void stream_close(struct stream *s);

#endif
