/* server CERT KEY CA: speaks TLS on a port of 127.0.0.1 as the HTTP service does, and answers every
 * request with the same bytes. "-" stands for no certificates of clients. For
 * qemu-test/test_https.py. */
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "lib/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX  64
#define CONTENT_SIZE 300000
#define ANSWER_SIZE  (CONTENT_SIZE + 128)

enum step { GONE, GREETING, ASKED, ANSWERING, ENDING };

struct client {
	enum step step;
	int fd;
	struct tls *tls;
	char request[2048];
	size_t len, sent;
};

static char answer[ANSWER_SIZE];
static size_t answer_len;

static void say(const char *word, const char *text)
{
	char line[512];
	struct buf b = BUF_OVER(line);

	buf_printf(&b, "%s: %s\n", word, text);
	(void)fd_write_all(2, line, b.len);
}

static int listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char port[16];

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 64) ||
	    getsockname(fd, (struct sockaddr *)&at, &size))
		return -1;
	FORMAT(port, "%u", ntohs(at.sin_port));
	say("listening", port);
	return fd;
}

static void make_answer(void)
{
	struct buf b = BUF_OVER(answer);

	buf_printf(&b, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", CONTENT_SIZE);
	answer_len = b.len + CONTENT_SIZE;
	for (unsigned i = 0; i < CONTENT_SIZE; i++)
		answer[b.len + i] = (char)('a' + i % 23);
}

/* ---- one client; each step: above 0 when it is done */

static ssize_t greet(struct client *c)
{
	char text[192];
	int err = tls_handshake(c->tls);

	if (err)
		return err;
	FORMAT(text, "%s %s %s", tls_version(c->tls), tls_cipher(c->tls),
	       tls_peer_certified(c->tls) ? tls_peer_name(c->tls) : "-");
	say("agreed", text);
	return 1;
}

static ssize_t hear(struct client *c)
{
	ssize_t n = tls_read(c->tls, c->request + c->len, sizeof(c->request) - c->len);

	if (n <= 0)
		return n ? n : -EPIPE;
	c->len += (size_t)n;
	return memmem(c->request, c->len, "\r\n\r\n", 4) ? 1 : 0;
}

static ssize_t reply(struct client *c)
{
	ssize_t n = tls_write(c->tls, answer + c->sent, answer_len - c->sent);

	if (n < 0)
		return n;
	c->sent += (size_t)n;
	return c->sent == answer_len;
}

static void leave(struct client *c)
{
	tls_free(c->tls);
	fd_close(&c->fd);
	free(c);
}

/* False: it is over with this client. */
static bool serve(struct client *c)
{
	static ssize_t (*const steps[])(struct client *) = {
		[GREETING] = greet, [ASKED] = hear, [ANSWERING] = reply
	};
	ssize_t n = 1;

	while (n >= 0 && c->step != ENDING) {
		n = steps[c->step](c);
		if (n > 0)
			c->step++;
	}
	if (n == -EAGAIN)
		return true;
	if (n < 0)
		say(strerror((int)-n), tls_error(c->tls));
	return false;
}

static struct client *welcome(const struct tls_identity *identity, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c = fd < 0 ? NULL : calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->fd = fd;
	c->step = GREETING;
	return tls_server_new(identity, fd, &c->tls) ? NULL : c;
}

static void serve_all(const struct tls_identity *identity, int listener)
{
	struct client *clients[CLIENTS_MAX] = { 0 };

	for (;;) {
		struct pollfd fds[CLIENTS_MAX + 1] = { { listener, POLLIN, 0 } };
		struct client **room = NULL;

		for (unsigned i = 0; i < CLIENTS_MAX; i++) {
			struct client *c = clients[i];

			fds[i + 1] = (struct pollfd){ c ? c->fd : -1,
						      c ? tls_wants(c->tls) : 0, 0 };
			room = c ? room : &clients[i];
		}
		fds[0].fd = room ? listener : -1;
		(void)poll(fds, CLIENTS_MAX + 1, -1); /* what is ready shows */
		for (unsigned i = 0; i < CLIENTS_MAX; i++)
			if (clients[i] && fds[i + 1].revents && !serve(clients[i])) {
				leave(clients[i]);
				clients[i] = NULL;
			}
		if (fds[0].revents && room)
			*room = welcome(identity, listener);
	}
}

int main(int argc, char **argv)
{
	struct tls_identity_config config = { .now_s = (int64_t)(clock_realtime_us() /
								 1000000) };
	struct tls_identity_facts facts;
	struct tls_identity *identity;
	char why[512];

	if (argc != 4)
		return 2;
	config.cert_path = argv[1];
	config.key_path = argv[2];
	config.client_ca_path = str_equal(argv[3], "-") ? NULL : argv[3];
	if (tls_identity_load(&config, &identity, why, sizeof(why))) {
		say("refused", why);
		return 1;
	}
	tls_identity_describe(identity, &facts);
	say("names", facts.names);
	say("pin", facts.pin);
	make_answer();
	serve_all(identity, listen_somewhere());
	return 0;
}
