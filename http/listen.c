#include "http/listen.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/ip.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG	   128
#define PORT_HTTP  80
#define PORT_HTTPS 443

static int parse_port(const char *s, uint16_t *port)
{
	uint32_t value;

	if (str_parse_u32(s, 10, &value) || value == 0 || value > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)value;
	return 0;
}

/* ADDRESS:PORT or [IPV6]:PORT. */
static int parse_address(const char *s, struct http_listen *out)
{
	const char *colon = strrchr(s, ':');
	char address[IP_TEXT_SIZE + 2];
	size_t len = (size_t)(colon - s);
	struct ip ip;

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, s, len);
	address[len] = '\0';
	if (ip_parse(address, &ip) || (ip.family == IP_V6) != (*address == '['))
		return -EINVAL;
	out->family = ip.family == IP_V6 ? HTTP_INET6 : HTTP_INET;
	memcpy(out->address, ip.bytes, sizeof(out->address));
	return parse_port(colon + 1, &out->port);
}

static int parse(const char *s, struct http_listen *out)
{
	const char *vsock = str_after(s, "vsock:"), *path = str_after(s, "unix:");

	if (vsock) {
		out->family = HTTP_VSOCK;
		return parse_port(vsock, &out->port);
	}
	if (path) {
		out->family = HTTP_UNIX;
		return *path == '/' && !str_copy(out->path, sizeof(out->path), path)
			       ? 0
			       : -EINVAL;
	}
	if (strchr(s, ':'))
		return parse_address(s, out);
	return *s && !str_equal(s, "1") ? parse_port(s, &out->port) : 0;
}

int http_listen_parse(const char *s, bool tls, struct http_listen *out)
{
	struct http_listen listen = {
		.family =
			HTTP_INET6, /* and IPv4 with it, as long as the address is "any" */
		.tls = tls,
		.port = tls ? PORT_HTTPS : PORT_HTTP,
	};
	int err = parse(s, &listen);

	if (!err)
		*out = listen;
	return err;
}

static bool is_any(const struct http_listen *listen)
{
	static const uint8_t any[sizeof(listen->address)];

	return memcmp(listen->address, any, sizeof(any)) == 0;
}

bool http_listen_is_local(const struct http_listen *listen)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (listen->family == HTTP_INET)
		return listen->address[0] == 127;
	return listen->family != HTTP_INET6 ||
	       memcmp(listen->address, loopback, sizeof(loopback)) == 0;
}

void http_listen_format(const struct http_listen *listen, char out[HTTP_LISTEN_TEXT_SIZE])
{
	struct buf b = buf_init(out, HTTP_LISTEN_TEXT_SIZE);
	struct ip ip = { .family = listen->family == HTTP_INET ? IP_V4 : IP_V6 };
	char address[IP_TEXT_SIZE];

	if (listen->family == HTTP_UNIX) {
		buf_printf(&b, "unix:%s", listen->path);
	} else if (listen->family == HTTP_VSOCK) {
		buf_printf(&b, "vsock:%u", listen->port);
	} else if (listen->family == HTTP_INET6 && is_any(listen)) {
		buf_printf(&b, "*:%u", listen->port);
	} else {
		memcpy(ip.bytes, listen->address, sizeof(ip.bytes));
		buf_printf(&b, listen->family == HTTP_INET6 ? "[%s]:%u" : "%s:%u",
			   ip_format(address, &ip), listen->port);
	}
}

/* ---- the socket */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_vm vsock;
	struct sockaddr_un path;
};

/* Its length. */
static socklen_t fill(const struct http_listen *at, union address *a)
{
	memset(a, 0, sizeof(*a));
	switch (at->family) {
	case HTTP_INET:
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(at->port);
		memcpy(&a->v4.sin_addr, at->address, sizeof(a->v4.sin_addr));
		return sizeof(a->v4);
	case HTTP_INET6:
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(at->port);
		memcpy(&a->v6.sin6_addr, at->address, sizeof(a->v6.sin6_addr));
		return sizeof(a->v6);
	case HTTP_VSOCK:
		a->vsock.svm_family = AF_VSOCK;
		a->vsock.svm_port = at->port;
		a->vsock.svm_cid = VMADDR_CID_ANY;
		return sizeof(a->vsock);
	case HTTP_UNIX:
		break;
	}
	a->path.sun_family = AF_UNIX;
	(void)str_copy(a->path.sun_path, sizeof(a->path.sun_path), at->path); /* longer */
	return sizeof(a->path);
}

static int set_options(int fd, const struct http_listen *at)
{
	int on = 1, off = 0;

	if (at->family != HTTP_INET && at->family != HTTP_INET6)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	/* the address may come later: the network is still being configured */
	if (at->family == HTTP_INET)
		return setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) < 0
			       ? -errno
			       : 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_any(at) ? &off : &on,
		       sizeof(on)) < 0)
		return -errno;
	return 0;
}

/* @fd or -errno. */
static int open_one(const struct http_listen *at)
{
	union address address;
	socklen_t len = fill(at, &address);
	fd_auto int fd = socket(address.any.sa_family,
				SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = fd < 0 ? -errno : set_options(fd, at);

	if (err)
		return err;
	if (bind(fd, &address.any, len) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return fd_take(&fd);
}

/* One that a server left that was killed; nothing else. */
static void remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
}

int http_listen_open(const struct http_listen *at)
{
	struct http_listen v4 = *at;
	int fd;

	if (at->family == HTTP_UNIX)
		remove_socket(at->path);
	fd = open_one(at);
	if (fd != -EAFNOSUPPORT || at->family != HTTP_INET6 || !is_any(at))
		return fd;
	v4.family = HTTP_INET; /* a kernel without IPv6, or with ipv6.disable=1 */
	return open_one(&v4);
}
