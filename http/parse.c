#include "http/parse.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

/* What the header fields said; functions below return 0 or the status of a refusal. */
struct parser {
	struct http_request *request;
	unsigned fields, hosts, lengths, encodings;
};

/* Printable ASCII without the blank; the same whether char is signed or not. */
static bool is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

/* A line without its CRLF. 0; -EAGAIN: not complete; -EBADMSG: the LF stands alone. */
static int take_line(struct cursor *c, struct text *out)
{
	const char *start = (const char *)c->data + c->off;
	const char *end = cursor_left(c) ? memchr(start, '\n', cursor_left(c)) : NULL;

	if (!end)
		return -EAGAIN;
	if (end == start || end[-1] != '\r')
		return -EBADMSG;
	*out = (struct text){ start, (size_t)(end - start) - 1 };
	cursor_skip(c, out->len + 2);
	return 0;
}

/* ---- the request line */

static unsigned parse_method(struct text method, struct http_request *out)
{
	static const struct {
		const char *name;
		enum http_method method;
	} known[] = {
		{ "GET", HTTP_GET },	   { "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST },	   { "OPTIONS", HTTP_OPTIONS },
		{ "PUT", HTTP_OTHER },	   { "DELETE", HTTP_OTHER },
		{ "PATCH", HTTP_OTHER },   { "TRACE", HTTP_OTHER },
		{ "CONNECT", HTTP_OTHER },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (text_is(method, known[i].name)) {
			out->method = known[i].method;
			return 0;
		}
	}
	return text_is_token(method) ? 501 : 400;
}

static unsigned check_host(struct text host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!is_visible(host.s[i]) || strchr("/?#@\\<>\"", host.s[i]))
			return 400;
	return 0;
}

/* The form that proxies get and every server must take: its authority stands for the Host field
 * (RFC 9112, 3.2.2). Cuts it off. */
static unsigned take_authority(struct text *target, struct http_request *out)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct text host = { target->s, strlen(schemes[i]) };

		if (target->len <= host.len || !text_is_nocase(host, schemes[i]))
			continue;
		target->s += host.len;
		target->len -= host.len;
		host = (struct text){ target->s, 0 };
		while (target->len && *target->s != '/' && *target->s != '?')
			target->s++, target->len--, host.len++;
		out->fields[HTTP_HOST] = host;
		return host.len ? check_host(host) : 400;
	}
	return 0;
}

static unsigned parse_target(struct text target, struct http_request *out)
{
	bool is_absolute;
	unsigned refusal;

	for (size_t i = 0; i < target.len; i++)
		if (!is_visible(target.s[i]) || target.s[i] == '#')
			return 400;
	if (target.len == 0)
		return 400;
	if (out->method == HTTP_OTHER)
		return 0;
	refusal = take_authority(&target, out);
	is_absolute = out->fields[HTTP_HOST].s != NULL;
	out->path = text_take_until(&target, '?');
	if (target.s > out->path.s + out->path.len) /* a '?' went */
		out->query = target;
	if (is_absolute && out->path.len == 0)
		out->path = text_of("/");
	if (out->method == HTTP_OPTIONS && text_is(out->path, "*") && !out->query.s)
		return refusal;
	return !refusal && out->path.len && out->path.s[0] == '/' ? 0 : 400;
}

/* A higher minor version is read as the highest we know (RFC 9110, 2.5). */
static unsigned parse_version(struct text version, struct http_request *out)
{
	const char *s = version.s;

	if (version.len != 8 || memcmp(s, "HTTP/", 5) != 0 || s[6] != '.')
		return 400;
	if (s[5] < '0' || s[5] > '9' || s[7] < '0' || s[7] > '9')
		return 400;
	if (s[5] != '1')
		return 505;
	out->is_1_0 = s[7] == '0';
	out->keep_alive = !out->is_1_0;
	return 0;
}

static unsigned parse_request_line(struct text line, struct http_request *out)
{
	struct text method = text_take_until(&line, ' ');
	struct text target = text_take_until(&line, ' ');
	unsigned refusal = parse_version(line, out);

	if (!refusal)
		refusal = parse_method(method, out);
	if (!refusal)
		refusal = parse_target(target, out);
	return refusal;
}

/* ---- the fields */

static unsigned read_host(struct parser *p, struct text value)
{
	struct text *host = &p->request->fields[HTTP_HOST];

	p->hosts++;
	if (!host->s)
		*host = value;
	return check_host(value);
}

static unsigned read_length(struct parser *p, struct text value)
{
	int err = text_parse_u64(value, &p->request->body_len);

	if (err == -ERANGE)
		return 413;
	return err || p->lengths++ ? 400 : 0;
}

/* Nobody compresses requests; what is not the end of it all would leave its end unclear. */
static unsigned read_encoding(struct parser *p, struct text value)
{
	if (p->encodings++)
		return 400;
	p->request->chunked = text_is_nocase(value, "chunked");
	return p->request->chunked ? 0 : 501;
}

static unsigned read_connection(struct parser *p, struct text value)
{
	struct http_request *request = p->request;

	if (text_lists(value, "close"))
		request->keep_alive = false;
	else if (request->is_1_0 && text_lists(value, "keep-alive"))
		request->keep_alive = true;
	if (text_lists(value, "upgrade"))
		request->wants_upgrade = true;
	return 0;
}

static unsigned read_expect(struct parser *p, struct text value)
{
	p->request->expects_continue =
		!p->request->is_1_0 && text_is_nocase(value, "100-continue");
	return p->request->expects_continue || p->request->is_1_0 ? 0 : 417;
}

#define NAME(name) name, sizeof(name) - 1

static const struct field {
	const char *name;
	size_t len;
	enum http_field field; /* where its value is kept, unless it is read */
	unsigned (*read)(struct parser *p, struct text value);
} fields[] = {
	{ NAME("Host"), .read = read_host },
	{ NAME("Content-Length"), .read = read_length },
	{ NAME("Transfer-Encoding"), .read = read_encoding },
	{ NAME("Connection"), .read = read_connection },
	{ NAME("Expect"), .read = read_expect },
	{ NAME("Accept"), HTTP_ACCEPT },
	{ NAME("Accept-Encoding"), HTTP_ACCEPT_ENCODING },
	{ NAME("Authorization"), HTTP_AUTHORIZATION },
	{ NAME("Content-Type"), HTTP_CONTENT_TYPE },
	{ NAME("If-Match"), HTTP_IF_MATCH },
	{ NAME("If-Modified-Since"), HTTP_IF_MODIFIED_SINCE },
	{ NAME("If-None-Match"), HTTP_IF_NONE_MATCH },
	{ NAME("If-Range"), HTTP_IF_RANGE },
	{ NAME("If-Unmodified-Since"), HTTP_IF_UNMODIFIED_SINCE },
	{ NAME("Last-Event-ID"), HTTP_LAST_EVENT_ID },
	{ NAME("Origin"), HTTP_ORIGIN },
	{ NAME("Range"), HTTP_RANGE },
	{ NAME("Sec-Fetch-Site"), HTTP_SEC_FETCH_SITE },
	{ NAME("Sec-WebSocket-Key"), HTTP_SEC_WEBSOCKET_KEY },
	{ NAME("Sec-WebSocket-Protocol"), HTTP_SEC_WEBSOCKET_PROTOCOL },
	{ NAME("Sec-WebSocket-Version"), HTTP_SEC_WEBSOCKET_VERSION },
	{ NAME("Upgrade"), HTTP_UPGRADE },
};

static unsigned read_field(struct parser *p, struct text name, struct text value)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];

		if (name.len != f->len || strncasecmp(name.s, f->name, f->len) != 0)
			continue;
		if (f->read)
			return f->read(p, value);
		if (!p->request->fields[f->field].s)
			p->request->fields[f->field] = value;
		return 0;
	}
	return 0;
}

static unsigned parse_field(struct parser *p, struct text line)
{
	bool has_colon = memchr(line.s, ':', line.len) != NULL;
	struct text name = text_take_until(&line, ':'), value = text_trim(line);

	if (!has_colon || !text_is_token(name)) /* also the blank of a folded line */
		return 400;
	if (++p->fields > HTTP_FIELDS_MAX)
		return 431;
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.s[i] < ' ' && value.s[i] != '\t') ||
		    value.s[i] == 0x7f)
			return 400;
	return read_field(p, name, value);
}

/* What only the whole head can tell. */
static unsigned check_fields(const struct parser *p)
{
	if (p->hosts > 1 || (p->hosts == 0 && !p->request->is_1_0))
		return 400;
	/* RFC 9112, 6.1: who reads the one and who reads the other see different requests */
	if (p->encodings && (p->lengths || p->request->is_1_0))
		return 400;
	return 0;
}

/* ---- the head */

/* What has come of a request line already shows that it will not be one, as when the
 * client speaks TLS, or that it is too long. */
static unsigned check_partial_line(const struct cursor *c)
{
	const char *s = (const char *)c->data + c->off;

	for (size_t i = 0; i < cursor_left(c); i++)
		if (!is_visible(s[i]) && s[i] != ' ' && s[i] != '\r')
			return 400;
	if (cursor_left(c) > HTTP_LINE_MAX)
		return 414;
	return c->len < HTTP_HEAD_MAX ? 0 : 400; /* full of empty lines */
}

static int refuse(struct http_request *out, unsigned status)
{
	out->refusal = status;
	out->keep_alive = false;
	return -EBADMSG;
}

static int parse_first(struct cursor *c, struct http_request *out)
{
	struct text line = { NULL, 0 };
	unsigned refusal;
	int err;

	do /* RFC 9112, 2.2: empty lines in front are to be ignored */
		err = take_line(c, &line);
	while (!err && line.len == 0);
	if (err == -EAGAIN) {
		refusal = check_partial_line(c);
		return refusal ? refuse(out, refusal) : -EAGAIN;
	}
	refusal = err			     ? 400
		  : line.len > HTTP_LINE_MAX ? 414
					     : parse_request_line(line, out);
	return refusal ? refuse(out, refusal) : 0;
}

static int parse_fields(struct cursor *c, struct parser *p)
{
	for (;;) {
		struct text line;
		int err = take_line(c, &line);
		unsigned refusal;

		if (err == -EAGAIN && c->len < HTTP_HEAD_MAX)
			return -EAGAIN;
		if (err)
			return refuse(p->request, err == -EAGAIN ? 431 : 400);
		refusal = line.len ? parse_field(p, line) : check_fields(p);
		if (refusal)
			return refuse(p->request, refusal);
		if (line.len == 0)
			return 0;
	}
}

int http_parse(const char *data, size_t len, struct http_request *out)
{
	struct cursor c = cursor_over(data, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX);
	struct parser p = { .request = out };
	int err;

	memset(out, 0, sizeof(*out));
	err = parse_first(&c, out);
	if (!err)
		err = parse_fields(&c, &p);
	if (!err)
		out->head_len = c.off;
	return err;
}
