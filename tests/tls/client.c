/* client PORT HOST NOW CA PINS: speaks TLS with 127.0.0.1:PORT as /init does, sends its input and
 * prints what comes back. "-" stands for no certificates and no pins. For qemu-test/test_tls.py. */
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
#include <string.h>

static void say(const char *word, const char *text)
{
	char line[512];
	struct buf b = BUF_OVER(line);

	buf_printf(&b, "%s: %s\n", word, text);
	(void)fd_write_all(2, line, b.len);
}

static int reach(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint32_t number = 0;

	if (str_parse_u32(port, 10, &number))
		return -1;
	to.sin_port = htons((uint16_t)number);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	(void)fcntl(fd, F_SETFL, O_NONBLOCK); /* of an open socket */
	return fd;
}

static void wait_for(const struct tls *tls, int fd)
{
	struct pollfd p = { .fd = fd, .events = tls_wants(tls) };

	(void)poll(&p, 1, -1); /* the call that wanted it comes again */
}

static ssize_t shake_hands(struct tls *tls, int fd)
{
	uint64_t start_us = clock_monotonic_us();
	char text[128];
	int err;

	while ((err = tls_handshake(tls)) == -EAGAIN)
		wait_for(tls, fd);
	if (err)
		return err;
	FORMAT(text, "%s %s in %llu us", tls_version(tls), tls_cipher(tls),
	       (unsigned long long)(clock_monotonic_us() - start_us));
	say("agreed", text);
	return 0;
}

static ssize_t send_input(struct tls *tls, int fd)
{
	char text[4096];
	ssize_t len = fd_read_full(0, text, sizeof(text)), n;

	for (ssize_t off = 0; off < len; off += n) {
		while ((n = tls_write(tls, text + off, (size_t)(len - off))) == -EAGAIN)
			wait_for(tls, fd);
		if (n < 0)
			return n;
	}
	return len < 0 ? len : 0;
}

static ssize_t print_answer(struct tls *tls, int fd)
{
	static char text[65536];
	ssize_t n;

	for (;;) {
		while ((n = tls_read(tls, text, sizeof(text))) == -EAGAIN)
			wait_for(tls, fd);
		if (n <= 0)
			return n;
		(void)fd_write_all(1, text, (size_t)n); /* the test sees what came */
	}
}

static ssize_t talk(struct tls *tls, int fd)
{
	ssize_t err = shake_hands(tls, fd);

	if (!err)
		err = send_input(tls, fd);
	if (!err)
		err = print_answer(tls, fd);
	if (err)
		say(strerror((int)-err), tls_error(tls));
	return err;
}

static const char *given(const char *argument)
{
	return str_equal(argument, "-") ? NULL : argument;
}

int main(int argc, char **argv)
{
	fd_auto int fd = argc == 6 ? reach(argv[1]) : -1;
	struct tls_client config = { .fd = fd };
	struct tls *tls = NULL;
	uint64_t now_s = 0;
	char why[256];
	ssize_t err;

	if (fd < 0 || str_parse_u64(argv[3], 10, &now_s))
		return 2;
	config.host = argv[2];
	config.now_s = (int64_t)now_s;
	config.ca_path = given(argv[4]);
	config.pins = given(argv[5]);
	err = tls_client_new(&config, &tls, why, sizeof(why));
	if (err)
		say(strerror((int)-err), why);
	else
		err = talk(tls, fd);
	tls_free(tls);
	return err != 0;
}
