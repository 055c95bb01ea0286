#include "http/server.h"

#include "http/connection.h"
#include "http/peer.h"
#include "http/slots.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/kconfig.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
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
	bool woken;
	uint64_t accept_at_ms; /* not before then; 0: at once */
	struct slots slots;
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
			err = -ENOKEY;
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

static void take_client(struct http_server *s, int fd, const struct http_peer *peer,
			uint64_t now_ms)
{
	struct connection *c =
		slots_take(&s->slots, peer->name, s->config->per_peer_max, now_ms);

	if (!c) {
		s->counters.refused++;
		close(fd);
		return;
	}
	s->counters.accepted++;
	c->peer = *peer;
	if (connection_open(c, fd, peer->tls ? s->config->identity : NULL, now_ms))
		connection_serve(c, &s->service, now_ms);
}

static void accept_clients(struct http_server *s, unsigned listener, uint64_t now_ms)
{
	for (unsigned i = 0; i < ACCEPT_MAX && slots_have_room(&s->slots, now_ms); i++) {
		union peer_address from = { .any.sa_family = AF_UNIX };
		socklen_t len = sizeof(from);
		struct http_peer peer;
		int fd = accept4(s->listeners[listener], &from.any, &len,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno == EMFILE && slots_close_one(&s->slots, now_ms))
			continue;
		if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			s->accept_at_ms = now_ms + PAUSE_MS;
		if (fd < 0)
			return;
		peer_name(&peer, &from, s->config->listen[listener].tls);
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
	s->slots = (struct slots){
		.all = (struct connection **)(s + 1),
		.max = config->connections_max,
		.trim_at_ms = UINT64_MAX,
	};
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
	slots_free(&s->slots);
	free(s);
}

bool http_server_drain(struct http_server *s)
{
	unsigned open = 0;

	close_listeners(s);
	s->service.draining = true;
	for (unsigned i = 0; i < s->slots.count; i++) {
		struct connection *c = s->slots.all[i];

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

static int timeout(const struct http_server *s, bool is_full, uint64_t now_ms)
{
	uint64_t wake_ms = s->slots.trim_at_ms, left_ms;

	/* then nothing may happen, and yet one of them has become too slow to stay */
	if (is_full && now_ms + PAUSE_MS < wake_ms)
		wake_ms = now_ms + PAUSE_MS;
	for (unsigned i = 0; i < s->slots.count; i++) {
		const struct connection *c = s->slots.all[i];

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

/* Not while what it said before has not gone yet. */
static int tunnel_fd(const struct connection *c)
{
	const struct response *r = &c->answer.response;

	return c->state == CONNECTION_TUNNEL && c->answer.piece == r->piece_count
		       ? r->tunnel->fd(r->tunnel_ctx)
		       : -1;
}

unsigned http_server_poll(struct http_server *s, struct pollfd *fds, int *timeout_ms)
{
	uint64_t now_ms = clock_monotonic_ms();
	bool is_full = !slots_have_room(&s->slots, now_ms);
	unsigned count = HTTP_LISTEN_MAX;

	slots_trim(&s->slots, now_ms);

	for (unsigned i = 0; i < HTTP_LISTEN_MAX; i++)
		fds[i] = (struct pollfd){ .fd = is_full || s->accept_at_ms
							? -1
							: s->listeners[i],
					  .events = POLLIN };
	s->counters.connections = 0;
	for (unsigned i = 0; i < s->slots.count; i++) {
		const struct connection *c = s->slots.all[i];
		bool is_open = c->state != CONNECTION_FREE;

		s->counters.connections += is_open;
		fds[count++] = (struct pollfd){ .fd = is_open ? c->transport.fd : -1,
						.events = connection_events(c) };
	}
	for (unsigned i = 0; IS_ENABLED(CONFIG_HTTP_CONSOLE) && i < s->slots.count; i++)
		fds[count++] = (struct pollfd){ .fd = tunnel_fd(s->slots.all[i]),
						.events = POLLIN };
	*timeout_ms = timeout(s, is_full, now_ms);
	return count;
}

static void serve_one(struct http_server *s, struct connection *c, short events,
		      bool tunnel_ready, uint64_t now_ms)
{
	bool waiting = connection_awaits_news(c);

	if (c->state == CONNECTION_FREE)
		return;
	/* the client has gone: nothing else was asked for */
	if (events && (waiting || !c->transport.wants))
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
			    *theirs = mine + s->slots.count;
	uint64_t now_ms = clock_monotonic_ms();

	for (unsigned i = 0; i < s->slots.count; i++)
		serve_one(s, s->slots.all[i], mine[i].fd >= 0 ? mine[i].revents : 0,
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
