#include "http/transport.h"

#include "lib/fd.h"
#include "lib/kconfig.h"
#include "lib/klibc.h"
#include "lib/tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#define FILE_STEP 1048576 /* a turn of a large file, so that the others get theirs */
#define TLS_STEP  8192	  /* what a record of ours holds */

static bool is_tls(const struct transport *t)
{
	return IS_ENABLED(CONFIG_HTTP_TLS) && t->tls;
}

int transport_open(struct transport *t, int fd, const struct tls_identity *identity)
{
	int on = 1, err = 0;

	*t = (struct transport){ .fd = fd, .wants = POLLIN };
	/* An answer is written whole; else its last segment may wait for an ACK.
	 * Fails for vsock and UNIX sockets, which have nothing to wait for. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (IS_ENABLED(CONFIG_HTTP_TLS) && identity)
		err = tls_server_new(identity, fd, &t->tls);
	if (err)
		fd_close(&t->fd);
	return err;
}

void transport_close(struct transport *t)
{
	if (is_tls(t))
		tls_free(t->tls);
	t->tls = NULL;
	fd_close(&t->fd);
}

void transport_shut(struct transport *t)
{
	if (is_tls(t)) {
		tls_free(t->tls); /* which says good-bye */
		t->tls = NULL;
	}
	(void)shutdown(t->fd, SHUT_WR);
	t->wants = POLLIN;
}

int transport_handshake(struct transport *t, bool *certified)
{
	int err;

	if (!is_tls(t))
		return 0;
	err = tls_handshake(t->tls);
	if (err == -EAGAIN)
		t->wants = tls_wants(t->tls);
	if (!err)
		*certified = tls_peer_certified(t->tls);
	return err;
}

static ssize_t tls_result(struct transport *t, ssize_t len)
{
	if (len == -EAGAIN)
		t->wants = tls_wants(t->tls);
	return len;
}

static ssize_t plain_result(struct transport *t, ssize_t len, short wants)
{
	if (len >= 0)
		return len;
	t->wants = wants;
	return errno == EINTR ? -EAGAIN : -errno;
}

ssize_t transport_read(struct transport *t, void *data, size_t size)
{
	if (is_tls(t))
		return tls_result(t, tls_read(t->tls, data, size));
	return plain_result(t, recv(t->fd, data, size, MSG_DONTWAIT), POLLIN);
}

/* Only the first part that is not empty: a record goes out in one piece anyway. */
static ssize_t write_tls(struct transport *t, const struct iovec *parts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (parts[i].iov_len)
			return tls_result(t, tls_write(t->tls, parts[i].iov_base,
						       parts[i].iov_len));
	return 0;
}

ssize_t transport_write(struct transport *t, const struct iovec *parts, unsigned count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = count };

	if (is_tls(t))
		return write_tls(t, parts, count);
	return plain_result(t, sendmsg(t->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT),
			    POLLOUT);
}

ssize_t transport_send_file(struct transport *t, int file, uint64_t offset, uint64_t len)
{
	char data[TLS_STEP];
	off_t off = (off_t)offset;
	ssize_t got;

	if (!is_tls(t))
		return plain_result(t,
				    sendfile(t->fd, file, &off,
					     len < FILE_STEP ? len : FILE_STEP),
				    POLLOUT);
	got = pread(file, data, len < sizeof(data) ? (size_t)len : sizeof(data), off);
	if (got <= 0)
		return got < 0 ? -errno : 0;
	return tls_result(t, tls_write(t->tls, data, (size_t)got));
}
