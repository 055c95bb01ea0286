#include "netroot/resolver.h"

#include "netroot/dial.h"
#include "netroot/dns_lookup.h"
#include "netroot/hosts.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define DNS_PORT     53
#define TCP_LIMIT_MS 5000

struct resolver {
	struct task *task;
	struct dns_lookup lookup;
	struct ip servers[NETROOT_DNS_MAX];
	int fd[DNS_QUESTIONS]; /* -1: closed. Each has a port of its own, by the kernel's choice */
	uint16_t id[DNS_QUESTIONS];
	uint8_t data[2 + DNS_ANSWER_MAX];
};

/* Is there a way to it, from an address that fits? Sends nothing. */
static bool is_reachable(const struct task *t, const struct ip *ip)
{
	union socket_address address, source;
	socklen_t len = socket_address_of(t, ip, 9, &address),
		  source_len = sizeof(source);
	fd_auto int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ip from = { .family = ip->family };

	if (fd < 0 || connect(fd, &address.any, len) < 0)
		return false;
	if (ip->family == IP_V4 || getsockname(fd, &source.any, &source_len) < 0)
		return true;
	memcpy(from.bytes, &source.v6.sin6_addr, 16);
	return !ip_is_link_local(&from) || ip_is_link_local(ip);
}

static void sort(const struct task *t, struct addresses *a)
{
	bool reachable[ADDRESSES_MAX] = { false };

	for (unsigned i = 0; i < a->count; i++)
		reachable[i] = is_reachable(t, &a->ip[i]);
	addresses_sort(a, reachable);
}

static void close_questions(struct resolver *r)
{
	for (unsigned q = 0; q < DNS_QUESTIONS; q++) {
		fd_close(&r->fd[q]);
		r->fd[q] = -1;
	}
}

/* A number nobody can guess is half of what keeps forged answers out. Early in the boot this may
 * block for a second: only then does the kernel gather what it needs (Linux 5.4). */
static int new_id(struct resolver *r, enum dns_question q)
{
	ssize_t len;

	do
		len = getrandom(&r->id[q], sizeof(r->id[q]), 0);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return task_fail(r->task, -errno, "random numbers: %s", strerror(errno));
	return 0;
}

static int send_question(struct resolver *r, enum dns_question q)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t len =
		dns_packet_query(query, r->id[q], r->lookup.asked, dns_question_type(q));
	union socket_address address;
	socklen_t address_len = socket_address_of(r->task, &r->servers[r->lookup.server],
						  DNS_PORT, &address);

	r->fd[q] = socket(address.any.sa_family,
			  SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->fd[q] < 0 || connect(r->fd[q], &address.any, address_len) < 0 ||
	    send(r->fd[q], query, len, 0) < 0)
		return -errno;
	return 0;
}

static int ask(struct resolver *r)
{
	int err = 0;

	close_questions(r);
	for (unsigned q = 0; !err && q < DNS_QUESTIONS; q++) {
		if (r->lookup.state[q] != DNS_PENDING)
			continue;
		err = new_id(r, q);
		if (!err && send_question(r, q))
			dns_lookup_failed(&r->lookup, q);
	}
	return err;
}

static void take_answer(struct resolver *r, enum dns_question q, size_t len)
{
	struct dns_answer answer;

	if (dns_packet_parse(r->data, len, r->id[q], r->lookup.asked,
			     dns_question_type(q), &answer) == 0)
		dns_lookup_answer(&r->lookup, q, &answer, clock_monotonic_ms());
}

static void receive(struct resolver *r, enum dns_question q)
{
	ssize_t len = recv(r->fd[q], r->data, sizeof(r->data), MSG_DONTWAIT);

	if (len >= 0)
		take_answer(r, q, (size_t)len);
	else if (errno != EAGAIN && errno != EINTR)
		dns_lookup_failed(&r->lookup, q); /* the port is closed */
}

static int wait_for_answers(struct resolver *r)
{
	struct pollfd fds[1 + DNS_QUESTIONS];
	int err;

	for (unsigned q = 0; q < DNS_QUESTIONS; q++)
		fds[1 + q] = (struct pollfd){
			.fd = r->lookup.state[q] == DNS_PENDING ? r->fd[q] : -1,
			.events = POLLIN,
		};
	err = task_wait(r->task, fds, 1 + DNS_QUESTIONS, r->lookup.wake_ms);
	if (err)
		return err == -ETIMEDOUT ? 0 : err;
	for (unsigned q = 0; q < DNS_QUESTIONS; q++)
		if (fds[1 + q].revents)
			receive(r, q);
	return 0;
}

/* Reads @len bytes into @data; the connection is non-blocking. */
static int read_all(struct task *t, int fd, uint8_t *data, size_t len, uint64_t until_ms)
{
	while (len) {
		ssize_t got = recv(fd, data, len, 0);
		int err = 0;

		if (got == 0)
			return -ECONNRESET;
		if (got > 0)
			data += got, len -= (size_t)got;
		else if (errno == EAGAIN)
			err = task_wait_fd(t, fd, POLLIN, until_ms);
		else if (errno != EINTR)
			err = -errno;
		if (err)
			return err;
	}
	return 0;
}

/* RFC 1035, 4.2.2: the length stands before each message. */
static int exchange_tcp(struct resolver *r, int fd, enum dns_question q)
{
	uint64_t until_ms = clock_monotonic_ms() + TCP_LIMIT_MS;
	uint8_t query[2 + DNS_QUERY_MAX];
	size_t len = dns_packet_query(query + 2, r->id[q], r->lookup.asked,
				      dns_question_type(q));
	int err;

	query[0] = (uint8_t)(len >> 8);
	query[1] = (uint8_t)len;
	if (send(fd, query, 2 + len, MSG_NOSIGNAL) != (ssize_t)(2 + len))
		return -ECONNRESET; /* a new connection takes so little at once */
	err = read_all(r->task, fd, r->data, 2, until_ms);
	if (err)
		return err;
	len = (size_t)r->data[0] << 8 | r->data[1];
	if (len > sizeof(r->data))
		return -EMSGSIZE;
	err = read_all(r->task, fd, r->data, len, until_ms);
	if (!err)
		take_answer(r, q, len);
	return err;
}

static int ask_tcp(struct resolver *r)
{
	struct addresses server = { .ip[0] = r->servers[r->lookup.server], .count = 1 };
	enum dns_question q = r->lookup.tcp;
	int err = new_id(r, q);
	fd_auto int fd = err ? -1 : dial(r->task, &server, DNS_PORT);

	if (err)
		return err;
	err = fd < 0 ? fd : exchange_tcp(r, fd, q);
	if (r->lookup.state[q] == DNS_TRUNCATED)
		dns_lookup_failed(&r->lookup, q);
	return err == -ECANCELED ? err : 0;
}

static int fail_without_answer(struct resolver *r)
{
	static const char *const rcodes[] = {
		[1] = "FORMERR",
		[2] = "SERVFAIL",
		[4] = "NOTIMP",
		[5] = "REFUSED",
	};
	const char *rcode = r->lookup.rcode < 6 ? rcodes[r->lookup.rcode] : "an error";
	char text[IP_TEXT_SIZE];

	if (r->lookup.server_count == 0)
		return task_fail(r->task, -ENETUNREACH,
				 "look up %s: no name server is known", r->lookup.name);
	ip_format(text, &r->servers[r->lookup.server]);
	if (rcode)
		return task_fail(r->task, -EREMOTEIO, "look up %s: name server %s: %s",
				 r->lookup.name, text, rcode);
	return task_fail(r->task, -ETIMEDOUT, "look up %s: no answer from name server %s",
			 r->lookup.name, text);
}

static int run(struct resolver *r, struct addresses *out)
{
	int err = 0;

	while (!err) {
		switch (dns_lookup_step(&r->lookup, clock_monotonic_ms())) {
		case DNS_ASK:
			err = ask(r);
			break;
		case DNS_ASK_TCP:
			err = ask_tcp(r);
			break;
		case DNS_WAIT:
			err = wait_for_answers(r);
			break;
		case DNS_FOUND:
			*out = r->lookup.found;
			return 0;
		case DNS_NOT_FOUND:
			err = task_fail(r->task, -ENOENT,
					"look up %s: there is no such name",
					r->lookup.name);
			break;
		case DNS_NO_ANSWER:
			err = fail_without_answer(r);
			break;
		}
	}
	return err;
}

static int ask_servers(struct task *t, const char *name, struct addresses *out)
{
	struct resolver r = { .task = t, .fd = { -1, -1 } };
	const struct netroot_names names = t->names; /* they may change meanwhile */
	unsigned count = 0;
	int err;

	for (unsigned i = 0; i < NETROOT_DNS_MAX; i++)
		if (names.dns[i].family)
			r.servers[count++] = names.dns[i];
	dns_lookup_start(&r.lookup, name, names.search, count);
	err = run(&r, out);
	close_questions(&r);
	return err;
}

int resolver_find(struct task *t, const char *name, struct addresses *out)
{
	struct ip ip;
	int err = 0;

	out->count = 0;
	if (ip_parse(name, &ip) == 0) {
		addresses_add(out, &ip);
		return 0;
	}
	hosts_find(t->hosts, name, out);
	if (!out->count)
		err = ask_servers(t, name, out);
	sort(t, out);
	return err;
}
