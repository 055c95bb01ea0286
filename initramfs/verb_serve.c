#include "initramfs/access_log.h"
#include "initramfs/mem.h"
#include "initramfs/serve_list.h"
#include "initramfs/verb.h"

#include "http/files.h"
#include "http/httpdate.h"
#include "http/recent.h"
#include "http/server.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/tls.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LISTEN_DEFAULT	"127.0.0.1:8080"
#define CONNECTIONS_MAX 1024
#define GRACE_MS	10000 /* for answers that are on their way when it is told to end */

struct serve_options {
	struct strings listen;
	char *tls, *key;
	bool list, log;
};

static const struct flag flags[] = {
	{ 'l', "listen", FLAG_LIST, "[ADDRESS:]PORT",
	  "where, also vsock:PORT and unix:PATH; may be given several times "
	  "(127.0.0.1:8080)",
	  offsetof(struct serve_options, listen) },
	{ 0, "tls", FLAG_STRING, "FILE",
	  "serve by HTTPS, with the certificate in FILE and those that stand for it",
	  offsetof(struct serve_options, tls) },
	{ 0, "key", FLAG_STRING, "FILE", "its private key, if it is not in that file too",
	  offsetof(struct serve_options, key) },
	{ 0, "list", FLAG_SWITCH, NULL, "show what is in folders without index.html",
	  offsetof(struct serve_options, list) },
	{ 0, "log", FLAG_SWITCH, NULL, "print a line for each answer",
	  offsetof(struct serve_options, log) },
	{ 0 },
};

struct serve {
	const struct serve_options *options;
	struct files files;
	struct recent recent;
	struct http_listen listen[HTTP_LISTEN_MAX];
	struct tls_identity *identity; /* NULL: it goes in plain text */
	struct http_server_config config;
};

static void answer(void *ctx, const struct http_exchange *exchange,
		   struct response *response)
{
	const struct serve *s = ctx;
	enum http_method method = exchange->request->method;

	if (method != HTTP_GET && method != HTTP_HEAD)
		response_set_methods(response, method == HTTP_OPTIONS ? 204 : 405,
				     "GET, HEAD, OPTIONS");
	else if (!files_answer(&s->files, exchange, response))
		response_set_status(response, 404);
}

/* A host has a clock, and so its answers have a date (RFC 9110, 6.6.1). */
static void answered(void *ctx, const struct http_peer *peer,
		     const struct http_request *request, struct response *response)
{
	const struct serve *s = ctx;
	int64_t now_s = (int64_t)(clock_realtime_us() / 1000000);
	char date[HTTPDATE_SIZE];

	httpdate_format(now_s, date);
	response_add_field(response, "Date", "%s", date);
	if (s->options->log)
		access_log_print(peer, request, response, now_s);
}

static int add_listen(struct serve *s, const char *text)
{
	unsigned *count = &s->config.listen_count;

	if (*count == HTTP_LISTEN_MAX) {
		log_err("serve: --listen: more than %d", HTTP_LISTEN_MAX);
		return -EINVAL;
	}
	if (http_listen_parse(text, s->identity, &s->listen[*count])) {
		log_err("serve: --listen: %s: not [ADDRESS:]PORT, vsock:PORT or unix:PATH",
			text);
		return -EINVAL;
	}
	++*count;
	return 0;
}

static int load_identity(struct serve *s)
{
	const struct serve_options *options = s->options;
	const struct tls_identity_config config = {
		.cert_path = options->tls,
		.key_path = options->key ? options->key : options->tls,
		.now_s = (int64_t)(clock_realtime_us() / 1000000),
	};
	char why[512];
	int err;

	if (!options->tls) {
		if (options->key)
			log_err("serve: --key: --tls says for which certificate");
		return options->key ? -EINVAL : 0;
	}
	err = tls_identity_load(&config, &s->identity, why, sizeof(why));
	if (err)
		log_err("serve: %s", why);
	return err;
}

static int prepare(struct serve *s, const char *folder)
{
	const struct strings *listen = &s->options->listen;
	int err = load_identity(s);

	if (!err && !listen->count)
		err = add_listen(s, LISTEN_DEFAULT);

	for (size_t i = 0; i < listen->count && !err; i++)
		err = add_listen(s, listen->items[i]);
	if (err)
		return err;
	s->files.root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->files.root < 0) {
		err = -errno;
		log_err("serve: %s: %s", folder, strerror(errno));
		return err;
	}
	s->files.recent = &s->recent;
	s->files.list = s->options->list ? serve_list : NULL;
	s->config.listen = s->listen;
	s->config.identity = s->identity;
	s->config.connections_max = CONNECTIONS_MAX;
	s->config.handler = (struct http_handler){ answer, answered, s };
	return 0;
}

/* Each connection may hold a file besides its own descriptor. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* then as many as there may be */
}

/* A descriptor that is readable when the user or a supervisor wants an end. */
static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int shorter(int timeout_ms, uint64_t until_ms)
{
	int own_ms = clock_poll_ms(until_ms);

	return timeout_ms < 0 || (own_ms >= 0 && own_ms < timeout_ms) ? own_ms
								      : timeout_ms;
}

/* Until it is told to end and the last answer is out, told a second time, or GRACE_MS later. */
static int run(struct http_server *server, int signals)
{
	unsigned max = http_server_poll_max(server);
	struct pollfd *fds = mem_alloc((max + 1) * sizeof(*fds));
	uint64_t end_ms = CLOCK_NEVER;
	struct signalfd_siginfo info;
	bool ends = false;

	while (!ends) {
		int timeout_ms;
		unsigned count = http_server_poll(server, fds + 1, &timeout_ms);

		fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
		if (poll(fds, count + 1, shorter(timeout_ms, end_ms)) < 0) {
			if (errno != EINTR)
				break;
			continue;
		}
		http_server_serve(server, fds + 1);
		if (read(signals, &info, sizeof(info)) == sizeof(info)) {
			ends = end_ms != CLOCK_NEVER;
			end_ms = clock_monotonic_ms() + GRACE_MS;
		}
		if (end_ms != CLOCK_NEVER)
			ends |= http_server_drain(server) ||
				clock_monotonic_ms() >= end_ms;
	}
	free(fds);
	return ends ? 0 : 1;
}

static int serve_run(void *given, char **operands)
{
	struct serve s = { .options = given, .files.root = -1 };
	struct http_server *server;
	int status = 1, signals = -1, err = prepare(&s, operands[0]);

	if (err)
		goto out;
	raise_limit();
	signals = open_signals();
	err = signals < 0 ? signals : http_server_open(&s.config, &server);
	if (err) {
		log_err("serve: %s", strerror(-err));
		goto out;
	}
	status = run(server, signals);
	http_server_close(server);
out:
	fd_close(&signals);
	fd_close(&s.files.root);
	tls_identity_free(s.identity);
	return status;
}

const struct verb verb_serve = {
	.name = "serve",
	.help = "serve the files of a folder by HTTP, as the service in the image does",
	.operands = "DIR",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct serve_options),
	.run = serve_run,
};
