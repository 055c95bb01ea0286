/* serve DIR ADDRESS:PORT [CONNECTIONS PER_PEER [CERTIFICATE KEY]]: the server alone with the files of a
 * folder, linked as /init is, and news that never come at /events. For bench/serve.py and
 * qemu-test/test_http_attack.py. */
#include "http/files.h"
#include "http/recent.h"
#include "http/server.h"

#include "lib/clock.h"
#include "lib/kconfig.h"
#include "lib/klibc.h"
#include "lib/tls.h"

#include <errno.h>
#include <stdlib.h>

#define CONNECTIONS_MAX 128

static ssize_t no_news(void *ctx, struct response *response, uint64_t now_ms)
{
	(void)ctx;
	response->more_at_ms = now_ms + 15000;
	return -EAGAIN;
}

static void answer(void *ctx, const struct http_exchange *exchange,
		   struct response *response)
{
	if (text_is(exchange->request->path, "/events")) {
		response->status = 200;
		response->more = no_news;
	} else if (!files_answer(ctx, exchange, response)) {
		response_set_status(response, 404);
	}
}

static struct tls_identity *load(const char *cert, const char *key)
{
	const struct tls_identity_config config = {
		.cert_path = cert,
		.key_path = key,
		.now_s = (int64_t)(clock_realtime_us() / 1000000),
	};
	struct tls_identity *identity = NULL;
	char why[256];

	(void)tls_identity_load(&config, &identity, why, sizeof(why));
	return identity;
}

int main(int argc, char **argv)
{
	static struct pollfd fds[1024];
	static struct recent recent;
	struct files files = {
		.root = argc >= 3 ? open(argv[1], O_PATH | O_DIRECTORY) : -1,
		.recent = &recent,
	};
	struct http_listen listen;
	struct http_server_config config = {
		.listen = &listen,
		.listen_count = 1,
		.connections_max = argc >= 5 ? (unsigned)atoi(argv[3]) : CONNECTIONS_MAX,
		.per_peer_max = argc >= 5 ? (unsigned)atoi(argv[4]) : 0,
		.handler = { .answer = answer, .ctx = &files },
	};
	struct http_server *server;
	bool tls = IS_ENABLED(CONFIG_HTTP_TLS) && argc == 7;

	if (tls)
		config.identity = load(argv[5], argv[6]);
	if (files.root < 0 || http_listen_parse(argv[2], tls, &listen) ||
	    http_server_open(&config, &server) ||
	    http_server_poll_max(server) > sizeof(fds) / sizeof(fds[0]))
		return 1;
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int timeout_ms;
		unsigned count = http_server_poll(server, fds, &timeout_ms);

		if (poll(fds, count, timeout_ms) > 0 || timeout_ms >= 0)
			http_server_serve(server, fds);
	}
}
