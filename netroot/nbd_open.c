#include "netroot/nbd_open.h"

#include "netroot/dial.h"
#include "netroot/nbd_handshake.h"
#include "netroot/resolver.h"
#include "netroot/stream.h"

#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>

#define CONNECT_MS   10000
#define NEGOTIATE_MS 20000

/* PID 1 has copies, so they are never closed here: a connection that did not work is dissolved, and the
 * socket serves for the next. */
static int socket_of(const struct task *t, const struct ip *ip)
{
	return ip->family == IP_V6 ? t->request->socket_v6 : t->request->socket_v4;
}

static void dissolve(int fd)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	(void)connect(fd, &nobody, sizeof(nobody)); /* else connect() says so next time */
}

static int set_blocking(int fd, bool is_blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

static int connect_to(struct task *t, int fd, const struct ip *ip, uint16_t port)
{
	union socket_address address;
	socklen_t len = socket_address_of(t, ip, port, &address);
	char text[IP_TEXT_SIZE];
	int on = 1, err = fd < 0 ? -EAFNOSUPPORT : set_blocking(fd, false);

	if (!err && connect(fd, &address.any, len) < 0)
		err = errno == EINPROGRESS
			      ? dial_finish(t, fd, clock_monotonic_ms() + CONNECT_MS)
			      : -errno;
	if (err && err != -ECANCELED)
		return task_fail(t, err, "%s port %u: %s", ip_format(text, ip),
				 (unsigned)port, strerror(-err));
	if (!err) {
		/* without the first it is slower, without the other a dead server is noticed late */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	return err;
}

static int read_wanted(struct task *t, struct stream *s, uint8_t *data, size_t len,
		       uint64_t until_ms)
{
	while (len) {
		ssize_t got = stream_read(t, s, data, len, until_ms);

		if (got < 0)
			return (int)got;
		if (got == 0)
			return task_fail(t, -ECONNRESET,
					 "the server closed the connection");
		data += got;
		len -= (size_t)got;
	}
	return 0;
}

static int negotiate(struct task *t, int fd, struct nbd_handshake *h)
{
	uint64_t until_ms = clock_monotonic_ms() + NEGOTIATE_MS;
	struct stream s = { .fd = fd };
	uint8_t data[NBD_INPUT_MAX];
	const char *why;
	int err = 0;

	while (!err && !h->is_done) {
		err = stream_write(t, &s, h->out, h->out_len, until_ms);
		h->out_len = 0;
		if (!err)
			err = read_wanted(t, &s, data, h->wanted, until_ms);
		if (err)
			return err;
		err = nbd_handshake_input(h, data, &why);
		if (err)
			return task_fail(t, err, "%s", why);
	}
	return err;
}

static int try_address(struct task *t, const struct ip *ip)
{
	const struct netroot_spec *spec = t->request->spec;
	struct netroot_report report = { .kind = NETROOT_DONE, .server = *ip };
	struct nbd_handshake h;
	int fd = socket_of(t, ip), err;

	if (nbd_handshake_start(&h, spec->path))
		return task_refuse(t, -ENAMETOOLONG,
				   "the name of the export is too long");
	err = connect_to(t, fd, ip, spec->port ? spec->port : NBD_PORT);
	if (!err)
		err = negotiate(t, fd, &h);
	if (!err)
		err = set_blocking(fd, true);
	if (err) {
		dissolve(fd);
		return err;
	}
	report.bytes = h.size;
	report.flags = h.flags;
	report.block_size = h.block_size;
	task_report(t, &report);
	return 0;
}

static int try_once(struct task *t)
{
	struct addresses addresses;
	int err = resolver_find(t, t->request->spec->host, &addresses);

	if (err)
		return err;
	for (unsigned i = 0; i < addresses.count; i++) {
		err = try_address(t, &addresses.ip[i]);
		if (!err || err == -ECANCELED || t->is_final)
			break;
	}
	return err;
}

int nbd_open(struct task *t)
{
	int err;

	while ((err = try_once(t)) && err != -ECANCELED && !t->is_final) {
		err = task_pause(t);
		if (err)
			break;
	}
	return err;
}
