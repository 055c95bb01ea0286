/* worker ROOT [NAME=VALUE…]: runs the worker for the root of that name as PID 1 does, and prints a line
 * for each report. For qemu-test/test_fetch.py. */
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "netroot/netroot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define NBD_REPLY_SIZE 16

static const char *later; /* a name server that PID 1 learns of after the first wait */
static struct netroot_request request = { .file = -1, .socket_v4 = -1, .socket_v6 = -1 };
static unsigned dns_count;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	char line[1024];
	struct buf b = BUF_OVER(line);
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&b, fmt, args);
	va_end(args);
	buf_puts(&b, "\n");
	(void)fd_write_all(1, line, b.len);
}

static void set_number(const char *s, uint64_t *out)
{
	if (str_parse_u64(s, 10, out))
		exit(2);
}

static bool set_text(const char *word)
{
	const struct {
		const char *name;
		const char **field;
	} rows[] = {
		{ "sha256=", &request.sha256 }, { "key=", &request.key_path },
		{ "ca=", &request.ca_path },	{ "pins=", &request.pins },
		{ "proxy=", &request.proxy },	{ "no_proxy=", &request.no_proxy },
		{ "search=", &request.search },
	};
	const char *value = NULL;

	for (size_t i = 0; !value && i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((value = str_after(word, rows[i].name)))
			*rows[i].field = value;
	return value;
}

static void set(const char *word)
{
	uint64_t number = 0;
	const char *value;

	if (set_text(word))
		return;
	if ((value = str_after(word, "later_dns=")))
		later = value;
	else if ((value = str_after(word, "file=")))
		request.file = open(value, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	else if ((value = str_after(word, "dns=")) && dns_count < NETROOT_DNS_MAX)
		number = (uint64_t)-ip_parse(value, &request.dns[dns_count++]);
	else if ((value = str_after(word, "size_max=")))
		set_number(value, &request.size_max);
	else if ((value = str_after(word, "idle_s=")))
		set_number(value, &number), request.idle_s = (uint32_t)number, number = 0;
	else if ((value = str_after(word, "clock_floor_s=")))
		set_number(value, &number), request.clock_floor_s = (uint32_t)number,
					    number = 0;
	if (!value || number)
		exit(2);
}

/* What the kernel's client would do next: reads the first bytes of the disk. */
static void read_disk(int fd)
{
	static const uint8_t read_512[28] = { 0x25, 0x60, 0x95, 0x13, [26] = 2 };
	uint8_t reply[NBD_REPLY_SIZE + 512];
	char text[17];

	if (fd_write_all(fd, read_512, sizeof(read_512)) ||
	    fd_read_full(fd, reply, sizeof(reply)) != (ssize_t)sizeof(reply))
		return;
	memcpy(text, reply + NBD_REPLY_SIZE, 16);
	text[16] = '\0';
	say("READ %s", text);
}

static bool print(const struct netroot_report *r)
{
	char address[IP_TEXT_SIZE];

	switch (r->kind) {
	case NETROOT_WAITING:
		say("WAITING %s", r->text);
		return true;
	case NETROOT_PROGRESS:
		say("PROGRESS %llu %llu", (unsigned long long)r->bytes,
		    (unsigned long long)r->total);
		return true;
	case NETROOT_RESOLVED:
		say("RESOLVED %s", ip_format(address, &r->server));
		return false;
	case NETROOT_DONE:
		say("DONE %llu %u %u", (unsigned long long)r->bytes, (unsigned)r->flags,
		    (unsigned)r->block_size);
		if (request.spec->kind == NETROOT_NBD)
			read_disk(r->server.family == IP_V6 ? request.socket_v6
							    : request.socket_v4);
		return false;
	default:
		say("REFUSED %d %s", (int)-r->err, r->text);
		return false;
	}
}

static void tell(int fd)
{
	struct netroot_names names;

	memset(&names, 0, sizeof(names));
	if (later && ip_parse(later, &names.dns[0]) == 0)
		(void)send(fd, &names, sizeof(names), MSG_NOSIGNAL);
	later = NULL;
}

static int run(void)
{
	struct netroot_report report;
	int pair[2], status = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return 2;
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		_exit(netroot_worker(pair[1], &request));
	}
	close(pair[1]);
	say("PID %d", (int)pid);
	while (recv(pair[0], &report, sizeof(report), 0) == (ssize_t)sizeof(report) &&
	       print(&report))
		if (report.kind == NETROOT_WAITING)
			tell(pair[0]);
	close(pair[0]);
	if (waitpid(pid, &status, 0) < 0)
		return 2;
	say("STATUS %d", status);
	return 0;
}

int main(int argc, char **argv)
{
	static struct netroot_spec spec;
	struct netroot_error error = { .reason = "no such root" };

	request.spec = &spec;
	request.size_max = 64 << 20;
	if (argc < 2 || netroot_spec_parse(argv[1], &spec, &error) || !spec.kind) {
		say("WRONG %s", error.reason);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		set(argv[i]);
	if (spec.kind == NETROOT_NBD) {
		request.socket_v4 = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		request.socket_v6 = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	}
	return run();
}
