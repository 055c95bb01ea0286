#include "http/server.h"

#include "http/connection.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/ip.h"
#include "lib/kconfig.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ACCEPT_MAX 32 /* at a time: then it is the turn of those that are connected */
/* After accept() has failed for want of descriptors or memory: the listener stays ready. */
#define PAUSE_MS 100

struct http_server {
	const struct http_server_config *config;
	struct connection_service service;
	struct http_counters counters;
	int listeners[HTTP_LISTEN_MAX];
	bool draining;
	bool woken;
	uint64_t accept_at_ms; /* not before then; 0: at once */
	unsigned connection_count;
	struct connection *connections[]; /* made when they are needed, and kept */
};

/* ---- listeners */

/* As a person pastes it into a browser, where that is possible. */
static void say_listening(const struct http_listen *at, const char *name)
{
	const char *scheme = at->tls ? "https" : "http";

	if (at->family == HTTP_INET || at->family == HTTP_INET6)
		log_info("listening on %s://%s/", scheme, name);
	else
		log_info("listening on %s with %s", name, scheme);
}

static int open_listeners(struct http_server *s)
{
	const struct http_server_config *config = s->config;
	int err = -EINVAL;
	unsigned count = 0;

	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++) {
		char name[HTTP_LISTEN_TEXT_SIZE];
		int fd;

		s->listeners[i] = -1;
		if (i >= config->listen_count)
			continue;
		http_listen_format(&config->listen[i], name);
		if (config->listen[i].tls && !config->identity) {
			log_err("%s: no certificate: not listening", name);
			continue;
		}
		fd = http_listen_open(&config->listen[i]);
		if (fd < 0) {
			err = fd;
			log_err("%s: %s", name, strerror(-err));
			continue;
		}
		say_listening(&config->listen[i], name);
		s->listeners[i] = fd;
		count++;
	}
	return count ? 0 : err;
}

/* ---- clients */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_vm vsock;
};

static void name_ip(struct http_peer *peer, struct ip *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t loopback[16] = { [15] = 1 };
	char text[IP_TEXT_SIZE];

	if (ip->family == IP_V6 && memcmp(ip->bytes, mapped, sizeof(mapped)) == 0) {
		uint32_t v4_be;

		memcpy(&v4_be, ip->bytes + sizeof(mapped), sizeof(v4_be));
		*ip = ip_from_v4(v4_be);
	}
	peer->local = ip->family == IP_V4 ? ip->bytes[0] == 127
					  : memcmp(ip->bytes, loopback, 16) == 0;
	FORMAT(peer->name, "%s", ip_format(text, ip));
}

static void name_peer(struct http_peer *peer, const union address *from, bool tls)
{
	struct ip ip = { .family = IP_NONE };

	*peer = (struct http_peer){ .tls = tls };
	switch (from->any.sa_family) {
	case AF_INET:
		ip.family = IP_V4;
		memcpy(ip.bytes, &from->v4.sin_addr, 4);
		name_ip(peer, &ip);
		break;
	case AF_INET6:
		ip.family = IP_V6;
		memcpy(ip.bytes, &from->v6.sin6_addr, 16);
		name_ip(peer, &ip);
		break;
	case AF_VSOCK:
		peer->local = true;
		FORMAT(peer->name, "vsock:%u", from->vsock.svm_cid);
		break;
	default:
		peer->local = true;
		FORMAT(peer->name, "unix");
	}
}

static bool can_grow(const struct http_server *s)
{
	return s->connection_count < s->config->connections_max;
}

static struct connection *grow(struct http_server *s)
{
	struct connection *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	c->state = CONNECTION_FREE;
	s->connections[s->connection_count++] = c;
	return c;
}

/* One that is free; else, when there can be no more of them, that of the client that has been idle
 * for longest; else NULL. */
static struct connection *find_slot(const struct http_server *s)
{
	struct connection *idle = NULL;

	for (unsigned i = 0; i < s->connection_count; i++) {
		struct connection *c = s->connections[i];

		if (c->state == CONNECTION_FREE)
			return c;
		if (!can_grow(s) && connection_is_idle(c) &&
		    (!idle || c->deadline_ms < idle->deadline_ms))
			idle = c;
	}
	return idle;
}

static bool has_room(const struct http_server *s)
{
	return can_grow(s) || find_slot(s);
}

static bool is_over_limit(const struct http_server *s, const struct http_peer *peer)
{
	unsigned count = 0;

	if (!s->config->per_peer_max)
		return false;
	for (unsigned i = 0; i < s->connection_count; i++)
		count += s->connections[i]->state != CONNECTION_FREE &&
			 str_equal(s->connections[i]->peer.name, peer->name);
	return count >= s->config->per_peer_max;
}

static void take_client(struct http_server *s, int fd, const struct http_peer *peer,
			uint64_t now_ms)
{
	bool refused = is_over_limit(s, peer);
	struct connection *c = refused ? NULL : find_slot(s);

	if (!c && !refused && can_grow(s))
		c = grow(s);
	if (!c) {
		s->counters.refused++;
		close(fd);
		return;
	}
	if (c->state != CONNECTION_FREE)
		connection_close(c);
	s->counters.accepted++;
	c->peer = *peer;
	if (connection_open(c, fd, peer->tls ? s->config->identity : NULL, now_ms))
		connection_serve(c, &s->service, now_ms);
}

static void accept_clients(struct http_server *s, unsigned listener, uint64_t now_ms)
{
	for (unsigned i = 0; i < ACCEPT_MAX && has_room(s); i++) {
		union address from = { .any.sa_family = AF_UNIX };
		socklen_t len = sizeof(from);
		struct http_peer peer;
		int fd = accept4(s->listeners[listener], &from.any, &len,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			s->accept_at_ms = now_ms + PAUSE_MS;
		if (fd < 0)
			return;
		name_peer(&peer, &from, s->config->listen[listener].tls);
		take_client(s, fd, &peer, now_ms);
	}
}

/* ---- the life of a server */

int http_server_open(const struct http_server_config *config, struct http_server **out)
{
	size_t size = sizeof(struct http_server) +
		      config->connections_max * sizeof(struct connection *);
	struct http_server *s = malloc(size);
	int err;

	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof(*s));
	s->config = config;
	s->service = (struct connection_service){
		.handler = &config->handler,
		.counters = &s->counters,
	};
	(void)signal(SIGPIPE, SIG_IGN); /* sendfile() knows no MSG_NOSIGNAL */
	err = open_listeners(s);
	if (err)
		http_server_close(s);
	else
		*out = s;
	return err;
}

static void close_listeners(struct http_server *s)
{
	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		fd_close(&s->listeners[i]);
}

void http_server_close(struct http_server *s)
{
	close_listeners(s);
	for (unsigned i = 0; i < s->connection_count; i++) {
		if (s->connections[i]->state != CONNECTION_FREE)
			connection_close(s->connections[i]);
		free(s->connections[i]);
	}
	free(s);
}

bool http_server_drain(struct http_server *s)
{
	unsigned open = 0;

	close_listeners(s);
	for (unsigned i = 0; i < s->connection_count; i++) {
		struct connection *c = s->connections[i];

		c->keep_alive = false;
		if (c->state != CONNECTION_FREE &&
		    (connection_is_idle(c) || c->state == CONNECTION_TUNNEL))
			connection_close(c);
		open += c->state != CONNECTION_FREE;
	}
	return open == 0;
}

void http_server_wake(struct http_server *s)
{
	s->woken = true;
}

const struct http_counters *http_server_counters(const struct http_server *s)
{
	return &s->counters;
}

/* ---- poll(): listeners, connections, then what their tunnels lead to */

unsigned http_server_poll_max(const struct http_server *s)
{
	return HTTP_LISTEN_MAX + 2 * s->config->connections_max;
}

static int timeout(const struct http_server *s)
{
	uint64_t now_ms = clock_monotonic_ms(), wake_ms = UINT64_MAX, left_ms;

	for (unsigned i = 0; i < s->connection_count; i++) {
		const struct connection *c = s->connections[i];

		if (c->state != CONNECTION_FREE && c->deadline_ms < wake_ms)
			wake_ms = c->deadline_ms;
	}
	if (s->accept_at_ms && s->accept_at_ms < wake_ms)
		wake_ms = s->accept_at_ms;
	if (s->woken)
		return 0;
	if (wake_ms == UINT64_MAX)
		return -1;
	left_ms = wake_ms > now_ms ? wake_ms - now_ms : 0;
	return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static int tunnel_fd(const struct connection *c)
{
	const struct response *r = &c->answer.response;

	return c->state == CONNECTION_TUNNEL ? r->tunnel->fd(r->tunnel_ctx) : -1;
}

unsigned http_server_poll(struct http_server *s, struct pollfd *fds, int *timeout_ms)
{
	bool takes_clients = has_room(s) && !s->accept_at_ms;
	unsigned count = HTTP_LISTEN_MAX;

	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		fds[i] = (struct pollfd){ .fd = takes_clients ? s->listeners[i] : -1,
					  .events = POLLIN };
	s->counters.connections = 0;
	for (unsigned i = 0; i < s->connection_count; i++) {
		const struct connection *c = s->connections[i];
		bool is_open = c->state != CONNECTION_FREE;

		s->counters.connections += is_open;
		fds[count++] = (struct pollfd){ .fd = is_open ? c->transport.fd : -1,
						.events = connection_events(c) };
	}
	for (unsigned i = 0; IS_ENABLED(CONFIG_HTTP_CONSOLE) && i < s->connection_count;
	     i++)
		fds[count++] = (struct pollfd){ .fd = tunnel_fd(s->connections[i]),
						.events = POLLIN };
	*timeout_ms = timeout(s);
	return count;
}

static void serve_one(struct http_server *s, struct connection *c, short events,
		      bool tunnel_ready, uint64_t now_ms)
{
	bool waiting = c->state == CONNECTION_WRITING && c->answer.waiting;

	if (c->state == CONNECTION_FREE)
		return;
	if (waiting && events) /* the client has gone: nothing else was asked for */
		connection_close(c);
	else if (events || tunnel_ready ||
		 (s->woken && (waiting || c->state == CONNECTION_TUNNEL)))
		connection_serve(c, &s->service, now_ms);
	if (c->state != CONNECTION_FREE && c->deadline_ms <= now_ms)
		connection_expire(c, &s->service, now_ms);
}

/* New clients come last: they may take a slot that poll() has just reported about. */
void http_server_serve(struct http_server *s, const struct pollfd *fds)
{
	const struct pollfd *mine = fds + HTTP_LISTEN_MAX,
			    *theirs = mine + s->connection_count;
	uint64_t now_ms = clock_monotonic_ms();

	for (unsigned i = 0; i < s->connection_count; i++)
		serve_one(s, s->connections[i], mine[i].fd >= 0 ? mine[i].revents : 0,
			  IS_ENABLED(CONFIG_HTTP_CONSOLE) && theirs[i].fd >= 0 &&
				  theirs[i].revents,
			  now_ms);
	s->woken = false;
	if (s->accept_at_ms <= now_ms)
		s->accept_at_ms = 0;
	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		if (fds[i].fd >= 0 && fds[i].revents)
			accept_clients(s, i, now_ms);
}
