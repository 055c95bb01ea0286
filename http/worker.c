#include "http/http.h"

#include "http/routes.h"
#include "http/server.h"

#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Few enough for 4 MB under attack, enough for a browser on every screen of the room. */
#define CONNECTIONS_MAX 64
#define PER_PEER_MAX	24
#define WWW		"/srv/www" /* of the image, if it has one */
#define UID_HTTP	65534 /* nobody else's, so that it may signal no other worker */

struct worker {
	int fd; /* to PID 1 */
	struct http_server *server;
	struct http_server_config server_config;
	struct files www;
	struct http_context context;
	struct http_health health;
	struct pollfd fds[1 + HTTP_LISTEN_MAX + 2 * CONNECTIONS_MAX];
};

/* False when PID 1 is done with us. */
static bool read_health(struct worker *w)
{
	struct http_health health;
	ssize_t len = recv(w->fd, &health, sizeof(health), MSG_DONTWAIT);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (len == sizeof(health)) {
		health.verdict[sizeof(health.verdict) - 1] = '\0';
		w->health = health;
		w->context.news++;
		http_server_wake(w->server);
	}
	return len > 0;
}

/* False when PID 1 is done with us. */
static bool run_once(struct worker *w)
{
	int timeout_ms;
	unsigned count = http_server_poll(w->server, w->fds + 1, &timeout_ms);

	w->fds[0] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	if (poll(w->fds, 1 + count, timeout_ms) < 0)
		return errno == EINTR;
	if (w->fds[0].revents && !read_health(w))
		return false;
	http_server_serve(w->server, w->fds + 1);
	return true;
}

static int start(struct worker *w, int fd, const struct http_config *config)
{
	int err;

	w->fd = fd;
	w->server_config = (struct http_server_config){
		.listen = config->listen,
		.listen_count = config->listen_count,
		.connections_max = CONNECTIONS_MAX,
		.per_peer_max = PER_PEER_MAX,
		.handler = { .answer = routes_answer, .ctx = &w->context },
	};
	w->www.root = open(WWW, O_PATH | O_DIRECTORY | O_CLOEXEC);
	w->context = (struct http_context){
		.state_dir = config->state_dir,
		.health = &w->health,
		.files = w->www.root < 0 ? NULL : &w->www,
		.meminfo_fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC),
		.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC),
	};
	err = http_server_open(&w->server_config, &w->server);
	if (err)
		return err;
	w->context.counters = http_server_counters(w->server);
	return privilege_drop(UID_HTTP, 0);
}

int http_worker(int fd, const struct http_config *config)
{
	static struct worker w; /* zero pages that nobody touches cost nothing */
	int err;

	log_set_name("http");
	err = start(&w, fd, config);
	if (err) {
		log_err("start: %s", strerror(-err));
		return 1;
	}
	while (run_once(&w))
		;
	return 0;
}
