#include "netroot/stream.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>

/* Where there is no TLS nothing of it is linked. */
static bool is_tls(const struct stream *s)
{
	return IS_ENABLED(CONFIG_NETROOT_IMAGE) && s->tls;
}

int stream_fail(struct task *t, const struct stream *s, int err)
{
	if (err == -ECANCELED)
		return err;
	if (err == -ETIMEDOUT)
		return task_fail(t, err, "the server fell silent");
	if (err == -ECONNRESET)
		return task_fail(t, err, "the connection broke");
	if (is_tls(s) && err == -EPROTO)
		return task_fail(t, err, "TLS: %s", tls_error(s->tls));
	return task_fail(t, err, "%s", strerror(-err));
}

static ssize_t write_some(struct stream *s, const void *data, size_t len)
{
	ssize_t done;

	if (is_tls(s))
		return tls_write(s->tls, data, len);
	done = send(s->fd, data, len, MSG_NOSIGNAL);
	return done < 0 ? -errno : done;
}

static ssize_t read_some(struct stream *s, void *data, size_t size)
{
	ssize_t done;

	if (is_tls(s))
		return tls_read(s->tls, data, size);
	done = recv(s->fd, data, size, 0);
	return done < 0 ? -errno : done;
}

static short wants(const struct stream *s, short events)
{
	return is_tls(s) ? tls_wants(s->tls) : events;
}

int stream_write(struct task *t, struct stream *s, const void *data, size_t len,
		 uint64_t until_ms)
{
	const char *next = data;

	while (len) {
		ssize_t done = write_some(s, next, len);
		int err = done < 0 ? (int)done : 0;

		if (err == -EAGAIN)
			err = task_wait_fd(t, s->fd, wants(s, POLLOUT), until_ms);
		else if (err == -EINTR)
			err = 0;
		if (err)
			return stream_fail(t, s, err);
		if (done > 0)
			next += done, len -= (size_t)done;
	}
	return 0;
}

ssize_t stream_read(struct task *t, struct stream *s, void *data, size_t size,
		    uint64_t until_ms)
{
	for (;;) {
		ssize_t done = read_some(s, data, size);
		int err = (int)done;

		if (done >= 0)
			return done;
		if (err == -EAGAIN)
			err = task_wait_fd(t, s->fd, wants(s, POLLIN), until_ms);
		else if (err == -EINTR)
			err = 0;
		if (err)
			return stream_fail(t, s, err);
	}
}

void stream_close(struct stream *s)
{
	if (is_tls(s))
		tls_free(s->tls);
	s->tls = NULL;
	fd_close(&s->fd);
	s->fd = -1;
}
