#include "http/http.h"

#include "http/console.h"
#include "http/recent.h"
#include "http/routes.h"
#include "http/sandbox.h"
#include "http/server.h"

#include "lib/buf.h"
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

/* Few enough for 4 MB under attack, of which one with TLS takes 83 KB at most; enough for a browser on
 * every screen of the room. */
#define CONNECTIONS_MAX 40
#define PER_PEER_MAX	16
#define WWW		"/srv/www" /* of the image, if it has one */
#define DECISION_MS \
	1000	      /* for PID 1, whom an authenticated client has everybody wait for */
#define GRACE_MS 1000 /* for answers that are being sent when it is time to go */

struct worker {
	int fd; /* to PID 1 */
	struct http_server *server;
	struct http_server_config server_config;
	struct files www;
	struct recent recent;
	struct http_context context;
	struct action_context actions;
	struct auth auth;
	struct http_health health;
	struct console_config console_config;
	struct console console;
	uint32_t last_id; /* of what PID 1 was asked */
	struct pollfd fds[1 + HTTP_LISTEN_MAX + 2 * CONNECTIONS_MAX];
};

/* ---- PID 1: what it says is known by its size */

union message {
	struct http_health health;
	struct http_decision decision;
	struct http_shell shell;
};

static void take_health(struct worker *w, struct http_health *health)
{
	health->verdict[sizeof(health->verdict) - 1] = '\0';
	w->health = *health;
	w->context.news++;
}

static void take_shell(struct worker *w, const struct http_shell *shell, int *fd)
{
	int none = shell->err ? shell->err : -EIO;

	console_give(&w->console, shell->id, *fd >= 0 ? fd_take(fd) : none);
}

/* Only the console's terminal comes with a descriptor. */
static ssize_t receive(int socket, union message *message, int *fd)
{
	ssize_t len;

	if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
		return fd_receive(socket, message, sizeof(*message), fd);
	len = recv(socket, message, sizeof(*message), MSG_DONTWAIT);
	return len < 0 ? -errno : len;
}

/* The length of the next message, which has been taken unless it is a decision; 0: PID 1 is done with
 * us; -EAGAIN: there is none; another -errno. */
static ssize_t read_message(struct worker *w, union message *message)
{
	fd_auto int fd = -1;
	ssize_t len = receive(w->fd, message, &fd);

	if (len < 0)
		return len == -EINTR ? -EAGAIN : len;
	if (len == sizeof(message->health))
		take_health(w, &message->health);
	else if (IS_ENABLED(CONFIG_HTTP_CONSOLE) && len == sizeof(message->shell))
		take_shell(w, &message->shell, &fd);
	http_server_wake(w->server);
	return len;
}

static int wait_for_decision(struct worker *w, struct http_decision *out)
{
	uint64_t until_ms = clock_monotonic_ms() + DECISION_MS;
	struct pollfd pollfd = { .fd = w->fd, .events = POLLIN };
	union message message;

	for (;;) {
		ssize_t len = read_message(w, &message);

		if (len == sizeof(message.decision) && message.decision.id == w->last_id)
			break;
		if (len == 0 || (len < 0 && len != -EAGAIN) ||
		    clock_monotonic_ms() >= until_ms)
			return -ETIMEDOUT;
		if (len < 0)
			(void)poll(&pollfd, 1, clock_poll_ms(until_ms));
	}
	*out = message.decision;
	out->reason[sizeof(out->reason) - 1] = '\0';
	return 0;
}

static int ask(void *ctx, struct http_action *action, struct http_decision *out)
{
	struct worker *w = ctx;

	action->id = ++w->last_id;
	if (send(w->fd, action, sizeof(*action), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return wait_for_decision(w, out);
}

static int open_report(void *ctx)
{
	struct worker *w = ctx;

	return context_open(&w->context, "report.txt");
}

/* ---- the console's questions */

static int check_token(void *ctx, struct text token, const struct http_peer *peer,
		       uint64_t now_ms)
{
	struct worker *w = ctx;
	struct auth_refusal refusal;

	if (!(w->actions.allowed & 1u << HTTP_ACTION_CONSOLE) || !w->auth.has_token)
		return -EACCES;
	if (auth_check_token(&w->auth, peer, now_ms, token, &refusal))
		return 0;
	if (refusal.wrong_token)
		log_warning("%s: console: %s", peer->name, refusal.reason);
	return refusal.status == 429 ? -EAGAIN : -EACCES;
}

static int ask_for_shell(void *ctx, uint32_t id, struct text token,
			 const struct http_peer *peer)
{
	struct worker *w = ctx;
	struct http_action action;
	int err = 0;

	if (token.len >= sizeof(action.token))
		return -EINVAL;
	memset(&action, 0, sizeof(action)); /* all of it goes to PID 1 */
	action.kind = HTTP_ACTION_CONSOLE;
	action.id = id;
	(void)str_copy(action.peer, sizeof(action.peer), peer->name); /* same size */
	memcpy(action.token, token.s, token.len);
	if (send(w->fd, &action, sizeof(action), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		err = -errno;
	memset(action.token, 0, sizeof(action.token));
	return err;
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

/* ---- serving */

/* False when PID 1 is done with us. */
static bool run_once(struct worker *w)
{
	union message message;
	int timeout_ms;
	unsigned count = http_server_poll(w->server, w->fds + 1, &timeout_ms);
	ssize_t len;

	w->fds[0] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	if (poll(w->fds, 1 + count, timeout_ms) < 0)
		return errno == EINTR;
	if (w->fds[0].revents) {
		len = read_message(w, &message); /* a decision comes too late */
		if (len <= 0 && len != -EAGAIN)
			return false;
	}
	http_server_serve(w->server, w->fds + 1);
	return true;
}

/* Whoever is being answered hears the end of it. One round comes before those that only wait are closed:
 * it ends the streams. */
static void finish(struct worker *w)
{
	uint64_t until_ms = clock_monotonic_ms() + GRACE_MS;

	w->context.ending = true;
	http_server_wake(w->server);
	do {
		int timeout_ms, rest_ms = clock_poll_ms(until_ms);
		unsigned count = http_server_poll(w->server, w->fds, &timeout_ms);

		if (timeout_ms < 0 || timeout_ms > rest_ms)
			timeout_ms = rest_ms;
		if (poll(w->fds, count, timeout_ms) < 0 && errno != EINTR)
			return;
		http_server_serve(w->server, w->fds);
	} while (!http_server_drain(w->server) && clock_monotonic_ms() < until_ms);
}

/* ---- the start, with all privileges */

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

static void read_token(struct worker *w, const char *path)
{
	char text[256];
	ssize_t len = fd_read_file(AT_FDCWD, path, text, sizeof(text));

	if (len == -ENOENT)
		return;
	/* one that cannot be read is nobody's, which is not the same as none */
	auth_read(&w->auth, (struct text){ text, len < 0 ? 0 : (size_t)len });
	if (w->auth.is_broken)
		log_err("%s: %s: nobody has the token", path,
			len < 0 ? strerror((int)-len) : "not 64 hexadecimal digits");
}

static int start(struct worker *w, int fd, const struct http_config *config)
{
	char nowhere[128];
	int err;

	w->fd = fd;
	read_token(w, config->token_path);
	w->actions = (struct action_context){
		.auth = &w->auth,
		.allowed = config->actions,
		.ask = ask,
		.open_report = open_report,
		.ctx = w,
	};
	w->server_config = (struct http_server_config){
		.listen = config->listen,
		.listen_count = config->listen_count,
		.connections_max = CONNECTIONS_MAX,
		.per_peer_max = PER_PEER_MAX,
		.handler = { .answer = routes_answer, .ctx = &w->context },
	};
	w->www.recent = &w->recent;
	w->www.root = privilege_hold(WWW);
	w->context = (struct http_context){
		.state_fd = privilege_hold(config->state_dir),
		.news = 1,
		.health = &w->health,
		.files = w->www.root < 0 ? NULL : &w->www,
		.actions = &w->actions,
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
	FORMAT(nowhere, "%s/nowhere", config->state_dir);
	return http_sandbox_enter(nowhere);
}

int http_worker(int fd, const struct http_config *config)
{
	static struct worker w; /* zero pages that nobody touches cost nothing */
	int err;

	log_set_name("http");
	err = start(&w, fd, config);
	if (err) {
		log_err("start: %s", strerror(-err));
		return err == -ENOKEY ? HTTP_WORKER_NEVER : 1;
	}
	while (run_once(&w))
		;
	finish(&w);
	return 0;
}
