#include "http/parse.h"

#include "lib/cursor.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *s;
	size_t len;
};

/* What the header fields said; functions below return 0 or the status of a refusal. */
struct parser {
	struct http_request *request;
	bool is_1_0;
	unsigned fields, hosts, lengths, encodings;
};

static bool text_is(struct text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.s, s, t.len) == 0;
}

static bool text_is_nocase(struct text t, const char *s)
{
	return t.len == strlen(s) && strncasecmp(t.s, s, t.len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Printable ASCII without the blank; the same whether char is signed or not. */
static bool is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

static struct text trim(struct text t)
{
	while (t.len && is_blank(t.s[0]))
		t.s++, t.len--;
	while (t.len && is_blank(t.s[t.len - 1]))
		t.len--;
	return t;
}

/* Cuts off what stands before @separator, which goes too; the whole text if there is
 * none. */
static struct text take_until(struct text *t, char separator)
{
	const char *end = t->len ? memchr(t->s, separator, t->len) : NULL;
	struct text head = { t->s, end ? (size_t)(end - t->s) : t->len };
	size_t used = head.len + (end != NULL);

	t->s += used;
	t->len -= used;
	return head;
}

/* RFC 9110, 5.6.2 */
static bool is_token(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		char c = t.s[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!c || (!is_letter && !strchr("0123456789!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return t.len > 0;
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

static unsigned parse_method(struct text method, struct http_request *out)
{
	static const struct {
		const char *name;
		enum http_method method;
	} known[] = {
		{ "GET", HTTP_GET },	   { "HEAD", HTTP_HEAD },
		{ "POST", HTTP_OTHER },	   { "PUT", HTTP_OTHER },
		{ "DELETE", HTTP_OTHER },  { "PATCH", HTTP_OTHER },
		{ "OPTIONS", HTTP_OTHER }, { "TRACE", HTTP_OTHER },
		{ "CONNECT", HTTP_OTHER },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (text_is(method, known[i].name)) {
			out->method = known[i].method;
			return 0;
		}
	}
	return is_token(method) ? 501 : 400;
}

/* "/path?query", or "http://authority/path?query", which every server must take. */
static unsigned parse_target(struct text target, struct http_request *out)
{
	static const char scheme[] = "http://";

	for (size_t i = 0; i < target.len; i++)
		if (!is_visible(target.s[i]) || target.s[i] == '#')
			return 400;
	if (target.len == 0)
		return 400;
	if (out->method == HTTP_OTHER)
		return 0;
	if (target.len > strlen(scheme) &&
	    !strncasecmp(target.s, scheme, strlen(scheme))) {
		target.s += strlen(scheme);
		target.len -= strlen(scheme);
		while (target.len && *target.s != '/' && *target.s != '?')
			target.s++, target.len--;
		if (target.len == 0 || *target.s == '?')
			target = (struct text){ "/", 1 };
	}
	if (target.s[0] != '/')
		return 400;
	target = take_until(&target, '?');
	out->path = target.s;
	out->path_len = target.len;
	return 0;
}

/* A higher minor version is read as the highest we know (RFC 9110, 2.5). */
static unsigned parse_version(struct text version, struct parser *p)
{
	const char *s = version.s;

	if (version.len != 8 || memcmp(s, "HTTP/", 5) != 0 || s[6] != '.')
		return 400;
	if (s[5] < '0' || s[5] > '9' || s[7] < '0' || s[7] > '9')
		return 400;
	if (s[5] != '1')
		return 505;
	p->is_1_0 = s[7] == '0';
	p->request->keep_alive = !p->is_1_0;
	return 0;
}

static unsigned parse_request_line(struct text line, struct parser *p)
{
	struct text method = take_until(&line, ' ');
	struct text target = take_until(&line, ' ');
	unsigned refusal = parse_version(line, p);

	if (!refusal)
		refusal = parse_method(method, p->request);
	if (!refusal)
		refusal = parse_target(target, p->request);
	return refusal;
}

static unsigned read_host(struct parser *p, struct text value)
{
	p->hosts++;
	for (size_t i = 0; i < value.len; i++)
		if (!is_visible(value.s[i]) || strchr("/?#@\\<>\"", value.s[i]))
			return 400;
	return 0;
}

static unsigned read_length(struct parser *p, struct text value)
{
	size_t length = 0;

	if (value.len == 0 || p->lengths++)
		return 400;
	for (size_t i = 0; i < value.len; i++) {
		if (value.s[i] < '0' || value.s[i] > '9')
			return 400;
		if (length <= HTTP_BODY_MAX)
			length = length * 10 + (size_t)(value.s[i] - '0');
	}
	p->request->has_body = length > 0;
	return length > HTTP_BODY_MAX ? 413 : 0;
}

static unsigned read_encoding(struct parser *p, struct text value)
{
	(void)value;
	p->encodings++;
	return 0;
}

static unsigned read_connection(struct parser *p, struct text value)
{
	while (value.len) {
		struct text option = trim(take_until(&value, ','));

		if (text_is_nocase(option, "close"))
			p->request->keep_alive = false;
		else if (p->is_1_0 && text_is_nocase(option, "keep-alive"))
			p->request->keep_alive = true;
	}
	return 0;
}

static unsigned parse_field(struct text line, struct parser *p)
{
	static const struct {
		const char *name;
		unsigned (*read)(struct parser *p, struct text value);
	} fields[] = {
		{ "Host", read_host },
		{ "Content-Length", read_length },
		{ "Transfer-Encoding", read_encoding },
		{ "Connection", read_connection },
	};
	bool has_colon = memchr(line.s, ':', line.len) != NULL;
	struct text name = take_until(&line, ':'), value = trim(line);

	if (!has_colon || !is_token(name)) /* also the blank of a folded line */
		return 400;
	if (++p->fields > HTTP_FIELDS_MAX)
		return 431;
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.s[i] < ' ' && value.s[i] != '\t') ||
		    value.s[i] == 0x7f)
			return 400;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (text_is_nocase(name, fields[i].name))
			return fields[i].read(p, value);
	return 0;
}

/* What only the whole head can tell. */
static unsigned check_fields(const struct parser *p)
{
	if (p->hosts > 1 || (p->hosts == 0 && !p->is_1_0))
		return 400;
	if (p->encodings && (p->lengths || p->is_1_0)) /* RFC 9112, 6.1: smuggling */
		return 400;
	return p->encodings ? 501 : 0;
}

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

static int parse_first(struct cursor *c, struct parser *p)
{
	struct text line = { NULL, 0 };
	unsigned refusal;
	int err;

	do /* RFC 9112, 2.2: empty lines in front are to be ignored */
		err = take_line(c, &line);
	while (!err && line.len == 0);
	if (err == -EAGAIN) {
		refusal = check_partial_line(c);
		return refusal ? refuse(p->request, refusal) : -EAGAIN;
	}
	refusal = err			     ? 400
		  : line.len > HTTP_LINE_MAX ? 414
					     : parse_request_line(line, p);
	return refusal ? refuse(p->request, refusal) : 0;
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
		refusal = line.len ? parse_field(line, p) : check_fields(p);
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
	err = parse_first(&c, &p);
	if (!err)
		err = parse_fields(&c, &p);
	if (!err)
		out->head_len = c.off;
	return err;
}
