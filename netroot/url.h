/* URLs of http and https (RFC 3986, RFC 9110 4.2). Pure. */
#ifndef NETROOT_URL_H
#define NETROOT_URL_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define URL_SIZE 1400 /* of a whole URL as text */

struct url {
	bool is_https;
	uint16_t port;
	char host[254];	   /* lower case; an IPv6 address without its brackets */
	char target[1024]; /* path and query as a request line has them */
};

/* 0; -EINVAL, and @why (static storage) says what is wrong with it. The fragment is dropped, dot
 * segments are resolved, bytes that no URL may hold become %XX. */
int url_parse(const char *s, struct url *out, const char **why);

/* A reference as Location has it, which may be relative (RFC 3986, 5.2). As url_parse(); @out may
 * not be @base. */
int url_resolve(const struct url *base, const char *reference, struct url *out,
		const char **why);

/* Puts @suffix behind the path and before the query. 0; -ENAMETOOLONG. */
int url_append(struct url *url, const char *suffix);

/* "host" or "host:port", as the Host field has it; with @with_port always the latter. */
void url_put_authority(struct buf *b, const struct url *url, bool with_port);
void url_put(struct buf *b, const struct url *url);

#endif
