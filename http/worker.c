#include "http/http.h"

#include "http/console.h"
#include "http/recent.h"
#include "http/routes.h"
#include "http/server.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/fd_pass.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"
#include "lib/str.h"
#include "lib/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	struct recent recent;
	struct http_context context;
	struct http_health health;
	struct console_config console_config;
	struct console console;
	struct pollfd fds[1 + HTTP_LISTEN_MAX + 2 * CONNECTIONS_MAX];
};

/* What PID 1 sends; they differ in size. */
union message {
	struct http_health health;
	struct http_shell shell;
};

/* Not there without the console: nothing else sends descriptors. */
static ssize_t receive(int socket, union message *message, int *fd)
{
	ssize_t len;

	*fd = -1;
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		return fd_receive(socket, message, sizeof(*message), fd);
	len = recv(socket, message, sizeof(*message), MSG_DONTWAIT);
	return len < 0 ? -errno : len;
}

/* False when PID 1 is done with us. */
static bool read_message(struct worker *w)
{
	union message m;
	fd_auto int fd = -1;
	ssize_t len = receive(w->fd, &m, &fd);

	if (len < 0)
		return len == -EAGAIN || len == -EINTR;
	if (len == sizeof(m.health)) {
		m.health.verdict[sizeof(m.health.verdict) - 1] = '\0';
		w->health = m.health;
		w->context.news++;
	} else if (IS_ENABLED(CONFIG_HTTP_CONSOLE) && len == sizeof(m.shell)) {
		console_give(&w->console, m.shell.id,
			     fd >= 0	   ? fd_take(&fd)
			     : m.shell.err ? m.shell.err
					   : -EIO);
	}
	http_server_wake(w->server);
	return len > 0;
}

/* ---- the console's questions */

static int check_token(void *ctx, struct text token, const struct http_peer *peer,
		       uint64_t now_ms)
{
	(void)ctx;
	(void)token;
	(void)peer;
	(void)now_ms;
	return -EACCES; /* none is known */
}

static int ask_for_shell(void *ctx, uint32_t id, struct text token,
			 const struct http_peer *peer)
{
	struct worker *w = ctx;
	struct http_wish wish = { .kind = HTTP_WISH_SHELL, .id = id };

	if (token.len >= sizeof(wish.token))
		return -EINVAL;
	memcpy(wish.token, token.s, token.len);
	(void)str_copy(wish.peer, sizeof(wish.peer), peer->name); /* same size */
	return send(w->fd, &wish, sizeof(wish), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
										 : 0;
}

static void start_console(struct worker *w)
{
	w->console_config = (struct console_config){
		.check = check_token,
		.ask = ask_for_shell,
		.ctx = w,
	};
	console_start(&w->console, &w->console_config);
	w->context.console = &w->console;
}

/* False when PID 1 is done with us. */
static bool run_once(struct worker *w)
{
	int timeout_ms;
	unsigned count = http_server_poll(w->server, w->fds + 1, &timeout_ms);

	w->fds[0] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	if (poll(w->fds, 1 + count, timeout_ms) < 0)
		return errno == EINTR;
	if (w->fds[0].revents && !read_message(w))
		return false;
	http_server_serve(w->server, w->fds + 1);
	return true;
}

static bool wants_tls(const struct http_config *config)
{
	for (unsigned i = 0; i < config->listen_count; i++)
		if (config->listen[i].tls)
			return true;
	return false;
}

/* While there are files to be seen. Without it the listeners with TLS stay closed, and nothing stands
 * in for them. */
static struct tls_identity *load_identity(void)
{
	bool has_ca = access(TLS_IDENTITY_CLIENT_CA, F_OK) == 0;
	const struct tls_identity_config config = {
		.cert_path = TLS_IDENTITY_CERT,
		.key_path = TLS_IDENTITY_KEY,
		.client_ca_path = has_ca ? TLS_IDENTITY_CLIENT_CA : NULL,
		.now_s = (int64_t)(clock_realtime_us() / 1000000),
	};
	struct tls_identity *identity = NULL;
	struct tls_identity_facts facts;
	char why[256];

	if (tls_identity_load(&config, &identity, why, sizeof(why))) {
		log_err("https: %s", why);
		return NULL;
	}
	tls_identity_describe(identity, &facts);
	log_info("https: certificate of %s, key %s", facts.names, facts.pin);
	return identity;
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
	w->www.recent = &w->recent;
	w->www.root = open(WWW, O_PATH | O_DIRECTORY | O_CLOEXEC);
	w->context = (struct http_context){
		.state_dir = config->state_dir,
		.news = 1,
		.health = &w->health,
		.files = w->www.root < 0 ? NULL : &w->www,
		.meminfo_fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC),
		.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC),
	};
	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		start_console(w);
	if (IS_ENABLED(CONFIG_HTTP_TLS) && wants_tls(config))
		w->server_config.identity = load_identity();
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
