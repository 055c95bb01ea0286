/* Where a server listens: the forms people write, and the sockets. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#define HTTP_LISTEN_MAX	      8
#define HTTP_LISTEN_TEXT_SIZE 112

enum http_family {
	HTTP_INET,
	HTTP_INET6,
	HTTP_VSOCK,
	HTTP_UNIX,
};

struct http_listen {
	enum http_family family;
	bool tls;
	uint16_t port;	     /* host order; of vsock too */
	uint8_t address[16]; /* network order, 4 bytes of it for HTTP_INET; zeroes: any */
	char path[64];	     /* of HTTP_UNIX */
};

/* "[ADDRESS:]PORT", "[IPV6]:PORT", "vsock:PORT", "unix:PATH"; "" and "1" mean the port of the
 * scheme (80; 443 with @tls) on every address of both families. 0; -EINVAL: not of this form;
 * @out is written only on success. */
int http_listen_parse(const char *s, bool tls, struct http_listen *out);

/* Does only this machine, or its host, reach it? */
bool http_listen_is_local(const struct http_listen *listen);

void http_listen_format(const struct http_listen *listen,
			char out[HTTP_LISTEN_TEXT_SIZE]);

/* The listening socket, which does not block, or -errno. The address need not exist yet. */
int http_listen_open(const struct http_listen *at);

#endif
