#include "netroot/dial.h"

#include "lib/clock.h"
#include "lib/fd.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#define STAGGER_MS 250
#define LIMIT_MS   20000

socklen_t socket_address_of(const struct task *t, const struct ip *ip, uint16_t port,
			    union socket_address *out)
{
	memset(out, 0, sizeof(*out));
	if (ip->family == IP_V6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		out->v6.sin6_scope_id = ip_is_link_local(ip) ? t->link : 0;
		memcpy(&out->v6.sin6_addr, ip->bytes, 16);
		return sizeof(out->v6);
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(port);
	memcpy(&out->v4.sin_addr, ip->bytes, 4);
	return sizeof(out->v4);
}

static int socket_error(int fd)
{
	int err = 0;
	socklen_t len = sizeof(err);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? -errno : -err;
}

int dial_finish(struct task *t, int fd, uint64_t until_ms)
{
	int err = task_wait_fd(t, fd, POLLOUT, until_ms);

	return err ? err : socket_error(fd);
}

/* The attempts that are under way stand at 1 and above, as task_wait() wants them. */
struct race {
	const struct addresses *addresses;
	uint16_t port;
	struct pollfd fds[1 + ADDRESSES_MAX];
	unsigned started;
	uint64_t next_ms;
	int err; /* of the last that failed */
};

static int start(const struct task *t, const struct ip *ip, uint16_t port)
{
	union socket_address address;
	socklen_t len = socket_address_of(t, ip, port, &address);
	fd_auto int fd = socket(address.any.sa_family,
				SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* only slower */
	if (connect(fd, &address.any, len) < 0 && errno != EINPROGRESS)
		return -errno;
	return fd_take(&fd);
}

static void start_next(const struct task *t, struct race *r, uint64_t now_ms)
{
	const struct ip *ip = &r->addresses->ip[r->started++];
	int fd = start(t, ip, r->port);

	r->fds[r->started] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	r->next_ms = now_ms + STAGGER_MS;
	if (fd < 0) {
		r->fds[r->started].fd = -1;
		r->err = fd;
		r->next_ms = now_ms;
	}
}

static bool is_under_way(const struct race *r)
{
	for (unsigned i = 1; i <= r->started; i++)
		if (r->fds[i].fd >= 0)
			return true;
	return false;
}

/* The first that is connected; -EAGAIN: none yet. */
static int take_winner(struct race *r)
{
	for (unsigned i = 1; i <= r->started; i++) {
		int err;

		if (r->fds[i].fd < 0 || !r->fds[i].revents)
			continue;
		err = socket_error(r->fds[i].fd);
		if (err == 0)
			return fd_take(&r->fds[i].fd);
		r->err = err;
		r->next_ms = 0;
		fd_close(&r->fds[i].fd);
		r->fds[i].fd = -1;
	}
	return -EAGAIN;
}

static int run(struct task *t, struct race *r)
{
	uint64_t now_ms = clock_monotonic_ms(), limit_ms = now_ms + LIMIT_MS;

	for (;; now_ms = clock_monotonic_ms()) {
		uint64_t until_ms = limit_ms;
		int fd, err;

		if (r->started < r->addresses->count && now_ms >= r->next_ms)
			start_next(t, r, now_ms);
		if (r->started < r->addresses->count && r->next_ms < until_ms)
			until_ms = r->next_ms;
		else if (!is_under_way(r))
			return r->err;
		if (now_ms >= limit_ms)
			return -ETIMEDOUT;
		err = task_wait(t, r->fds, 1 + r->started, until_ms);
		if (err == -ECANCELED)
			return err;
		fd = err ? -EAGAIN : take_winner(r);
		if (fd != -EAGAIN)
			return fd;
	}
}

int dial(struct task *t, const struct addresses *addresses, uint16_t port)
{
	struct race r = { .addresses = addresses, .port = port, .err = -ENOENT };
	int fd = run(t, &r);
	char text[IP_TEXT_SIZE];

	for (unsigned i = 1; i <= r.started; i++)
		if (r.fds[i].fd >= 0)
			close(r.fds[i].fd);
	if (fd < 0 && fd != -ECANCELED)
		return task_fail(t, fd, "%s port %u%s: %s",
				 ip_format(text, &addresses->ip[0]), (unsigned)port,
				 addresses->count > 1 ? " and others" : "",
				 strerror(-fd));
	return fd;
}
