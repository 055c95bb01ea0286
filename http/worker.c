#include "http/http.h"

#include "http/connection.h"
#include "http/routes.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/ipv4.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#define CONNECTIONS_MAX 16
#define BACKLOG		64
#define UID_HTTP	65534 /* nobody else's, so that it may signal no other worker */

enum {
	POLL_PID1,
	POLL_LISTEN,
	POLL_CONNECTIONS = POLL_LISTEN + HTTP_LISTEN_MAX,
	POLL_MAX = POLL_CONNECTIONS + CONNECTIONS_MAX,
};

struct server {
	int fd; /* to PID 1 */
	int listeners[HTTP_LISTEN_MAX];
	struct http_health health;
	struct http_counters counters;
	struct http_context context;
	struct connection connections[CONNECTIONS_MAX]; /* its pages come when used */
};

/* @fd or -errno. */
static int open_listener(const struct http_listen *listen_at)
{
	fd_auto int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(listen_at->port),
		.sin_addr.s_addr = listen_at->address_be,
	};
	int on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	/* The address may come later: the network is still being configured. */
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	return fd_take(&fd);
}

/* 0, or the last error when there is not a single listener. */
static int open_listeners(struct server *s, const struct http_config *config)
{
	int err = -EINVAL;
	unsigned count = 0;

	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++) {
		char address[IPV4_TEXT_SIZE];
		int fd;

		s->listeners[i] = -1;
		if (i >= config->listen_count)
			continue;
		ipv4_format(address, config->listen[i].address_be);
		fd = open_listener(&config->listen[i]);
		if (fd < 0) {
			err = fd;
			log_err("%s:%u: %s", address, config->listen[i].port,
				strerror(-err));
			continue;
		}
		log_info("listening on %s:%u", address, config->listen[i].port);
		s->listeners[i] = fd;
		count++;
	}
	return count ? 0 : err;
}

/* A free slot, else that of the client that has been idle for longest, else NULL. */
static struct connection *find_slot(struct server *s)
{
	struct connection *idle = NULL;

	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &s->connections[i];

		if (c->state == CONNECTION_FREE)
			return c;
		if (connection_is_idle(c) &&
		    (!idle || c->deadline_ms < idle->deadline_ms))
			idle = c;
	}
	return idle;
}

static void accept_clients(struct server *s, int listener, uint64_t now_ms)
{
	/* no more than there is room for: then it is the turn of those that are connected */
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = find_slot(s);
		int fd = c ? accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)
			   : -1;

		if (fd < 0)
			return;
		if (c->state != CONNECTION_FREE)
			connection_close(c);
		connection_open(c, fd, now_ms);
		connection_serve(c, &s->context, now_ms);
	}
}

/* False when PID 1 is done with us. */
static bool read_health(struct server *s)
{
	struct http_health health;
	ssize_t len = recv(s->fd, &health, sizeof(health), MSG_DONTWAIT);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (len == sizeof(health)) {
		health.verdict[sizeof(health.verdict) - 1] = '\0';
		s->health = health;
	}
	return len > 0;
}

static int poll_timeout(const struct server *s)
{
	uint64_t now_ms = clock_monotonic_ms(), wake_ms = UINT64_MAX;

	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		const struct connection *c = &s->connections[i];

		if (c->state != CONNECTION_FREE && c->deadline_ms < wake_ms)
			wake_ms = c->deadline_ms;
	}
	if (wake_ms == UINT64_MAX)
		return -1;
	/* deadlines are seconds away, so an int holds them */
	return wake_ms > now_ms ? (int)(wake_ms - now_ms) : 0;
}

static void fill_poll(struct server *s, struct pollfd *fds)
{
	bool has_room = find_slot(s) != NULL;

	fds[POLL_PID1] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		fds[POLL_LISTEN + i] = (struct pollfd){
			.fd = has_room ? s->listeners[i] : -1,
			.events = POLLIN,
		};
	s->counters.connections = 0;
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		const struct connection *c = &s->connections[i];
		bool is_open = c->state != CONNECTION_FREE;

		fds[POLL_CONNECTIONS + i] = (struct pollfd){
			.fd = is_open ? c->fd : -1,
			.events = connection_events(c),
		};
		s->counters.connections += is_open;
	}
}

static void serve_connections(struct server *s, const struct pollfd *fds)
{
	uint64_t now_ms = clock_monotonic_ms();

	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &s->connections[i];

		if (fds[i].fd >= 0 && fds[i].revents)
			connection_serve(c, &s->context, now_ms);
		if (c->state != CONNECTION_FREE && c->deadline_ms <= now_ms)
			connection_expire(c, &s->context, now_ms);
	}
}

/* False when PID 1 is done with us. New clients come last: they may take a slot that
 * poll() has just reported about. */
static bool run_once(struct server *s)
{
	struct pollfd fds[POLL_MAX];
	uint64_t now_ms;

	fill_poll(s, fds);
	if (poll(fds, POLL_MAX, poll_timeout(s)) < 0)
		return errno == EINTR;
	if (fds[POLL_PID1].revents && !read_health(s))
		return false;
	serve_connections(s, fds + POLL_CONNECTIONS);
	now_ms = clock_monotonic_ms();
	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		if (fds[POLL_LISTEN + i].fd >= 0 && fds[POLL_LISTEN + i].revents)
			accept_clients(s, s->listeners[i], now_ms);
	return true;
}

static int start(struct server *s, int fd, const struct http_config *config)
{
	int err;

	s->fd = fd;
	s->health.failed = 0;
	memset(&s->counters, 0, sizeof(s->counters));
	s->context = (struct http_context){
		.config = config,
		.health = &s->health,
		.counters = &s->counters,
	};
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
		s->connections[i].state = CONNECTION_FREE;
	(void)signal(SIGPIPE, SIG_IGN); /* sendfile() knows no MSG_NOSIGNAL */
	err = open_listeners(s, config);
	return err ? err : privilege_drop(UID_HTTP, 0);
}

int http_worker(int fd, const struct http_config *config)
{
	struct server s;
	int err;

	log_set_name("http");
	err = start(&s, fd, config);
	if (err) {
		log_err("start: %s", strerror(-err));
		return 1;
	}
	while (run_once(&s))
		;
	return 0;
}
