#include "netroot/url.h"

#include "lib/ip.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define LETTERS		  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS		  "0123456789"
#define HOST_CHARACTERS	  LETTERS DIGITS "-._"
#define SCHEME_CHARACTERS LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "+-."

static int wrong(const char **why, const char *reason)
{
	*why = reason;
	return -EINVAL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint16_t default_port(bool is_https)
{
	return is_https ? 443 : 80;
}

static int parse_port(const char *s, struct url *out, const char **why)
{
	uint32_t port;

	if (*s == '\0')
		return 0;
	if (str_parse_u32(s, 10, &port) || !port || port > UINT16_MAX)
		return wrong(why, "the port is not a number from 1 to 65535");
	out->port = (uint16_t)port;
	return 0;
}

static int parse_v6(char *authority, struct url *out, const char **why)
{
	char *end = strchr(authority, ']');
	struct ip ip;

	if (!end || (end[1] && end[1] != ':'))
		return wrong(why, "an IPv6 address stands in brackets");
	*end = '\0';
	if (ip_parse(authority + 1, &ip) || ip.family != IP_V6)
		return wrong(why, "what stands in brackets is no IPv6 address");
	(void)str_copy(out->host, sizeof(out->host), authority + 1); /* is shorter */
	return parse_port(end[1] ? end + 2 : end + 1, out, why);
}

static int parse_authority(const char *s, size_t len, struct url *out, const char **why)
{
	char authority[sizeof(out->host) + sizeof(":65535")], *port;

	out->port = default_port(out->is_https);
	if (len == 0)
		return wrong(why, "the host is missing");
	if (memchr(s, '@', len))
		return wrong(why, "user and password in a URL are not supported");
	if (len >= sizeof(authority))
		return wrong(why, "the host is too long");
	for (size_t i = 0; i < len; i++)
		authority[i] = lower(s[i]);
	authority[len] = '\0';
	if (*authority == '[')
		return parse_v6(authority, out, why);
	port = strchr(authority, ':');
	if (port)
		*port++ = '\0';
	if (!*authority || authority[strspn(authority, HOST_CHARACTERS)])
		return wrong(why, "the host is no name in ASCII and no address");
	if (str_copy(out->host, sizeof(out->host), authority))
		return wrong(why, "the host is too long");
	return port ? parse_port(port, out, why) : 0;
}

/* RFC 3986, 5.2.4: @path begins with '/'; the query stays as it is. */
static void remove_dot_segments(char *path)
{
	char *in = path, *out = path;

	while (*in == '/') {
		size_t len = strcspn(in + 1, "/?");
		bool is_last = in[1 + len] != '/';
		bool is_dot = len == 1 && in[1] == '.';
		bool is_parent = len == 2 && in[1] == '.' && in[2] == '.';

		if (is_parent)
			while (out > path && *--out != '/')
				;
		if (!is_dot && !is_parent) {
			memmove(out, in, len + 1);
			out += len + 1;
		} else if (is_last) {
			*out++ = '/';
		}
		in += 1 + len;
	}
	memmove(out, in, strlen(in) + 1);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* @s is all that stands behind the authority. */
static int put_target(const char *s, struct url *out, const char **why)
{
	static const char allowed[] = LETTERS DIGITS "-._~:/?[]@!$&'()*+,;=%";
	struct buf b = BUF_OVER(out->target);

	if (*s != '/')
		buf_puts(&b, "/");
	for (; *s && *s != '#'; s++) {
		if (*s == '%' && (!is_hex(s[1]) || !is_hex(s[2])))
			return wrong(why, "% is not followed by two hexadecimal digits");
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return wrong(why,
				     "blanks and control characters are not allowed");
		if (strchr(allowed, lower(*s)))
			buf_put(&b, s, 1);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*s);
	}
	if (b.truncated)
		return wrong(why, "it is too long");
	remove_dot_segments(out->target);
	return 0;
}

/* The rest behind "@scheme:", NULL if it is another one. */
static const char *after_scheme(const char *s, const char *scheme)
{
	size_t len = strlen(scheme);

	for (size_t i = 0; i < len; i++)
		if (lower(s[i]) != scheme[i])
			return NULL;
	return s[len] == ':' ? s + len + 1 : NULL;
}

/* @s begins with "//". */
static int parse_hierarchy(const char *s, bool is_https, struct url *out,
			   const char **why)
{
	size_t len = strcspn(s + 2, "/?#");
	struct url url = { .is_https = is_https };

	if (parse_authority(s + 2, len, &url, why) || put_target(s + 2 + len, &url, why))
		return -EINVAL;
	*out = url;
	return 0;
}

int url_parse(const char *s, struct url *out, const char **why)
{
	const char *https = after_scheme(s, "https");
	const char *rest = https ? https : after_scheme(s, "http");

	if (!rest || !str_after(rest, "//"))
		return wrong(why, "it does not begin with http:// or https://");
	return parse_hierarchy(rest, https, out, why);
}

static bool has_scheme(const char *s)
{
	size_t len = strspn(s, SCHEME_CHARACTERS);

	return len && s[len] == ':';
}

int url_resolve(const struct url *base, const char *reference, struct url *out,
		const char **why)
{
	char text[2 * sizeof(out->target)];
	struct buf b = BUF_OVER(text);
	size_t path_len = strcspn(base->target, "?");

	if (has_scheme(reference))
		return url_parse(reference, out, why);
	if (str_after(reference, "//"))
		return parse_hierarchy(reference, base->is_https, out, why);
	if (*reference == '\0' || *reference == '#')
		path_len = strlen(base->target);
	else if (*reference == '/')
		path_len = 0;
	else if (*reference != '?')
		while (path_len && base->target[path_len - 1] != '/')
			path_len--;
	buf_put(&b, base->target, path_len);
	buf_puts(&b, reference);
	if (b.truncated)
		return wrong(why, "it is too long");
	*out = *base;
	return put_target(text, out, why);
}

int url_append(struct url *url, const char *suffix)
{
	size_t path_len = strcspn(url->target, "?"), len = strlen(suffix);
	size_t rest = strlen(url->target + path_len) + 1;

	if (path_len + len + rest > sizeof(url->target))
		return -ENAMETOOLONG;
	memmove(url->target + path_len + len, url->target + path_len, rest);
	memcpy(url->target + path_len, suffix, len);
	return 0;
}

void url_put_authority(struct buf *b, const struct url *url, bool with_port)
{
	bool is_v6 = strchr(url->host, ':');

	buf_printf(b, is_v6 ? "[%s]" : "%s", url->host);
	if (with_port || url->port != default_port(url->is_https))
		buf_printf(b, ":%u", (unsigned)url->port);
}

void url_put(struct buf *b, const struct url *url)
{
	buf_puts(b, url->is_https ? "https://" : "http://");
	url_put_authority(b, url, false);
	buf_puts(b, url->target);
}
