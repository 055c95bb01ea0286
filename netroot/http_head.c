#include "netroot/http_head.h"

#include "lib/str.h"

#include <errno.h>
#include <string.h>

/* What each line of the head goes through; functions below return NULL or the reason of a refusal. */
struct parser {
	struct http_head *head;
	unsigned lengths, encodings, locations, ranges;
};

size_t http_head_len(const char *data, size_t len)
{
	for (size_t i = 3; i < len; i++)
		if (data[i] == '\n' && memcmp(data + i - 3, "\r\n\r", 3) == 0)
			return i + 1;
	return 0;
}

static const char *read_length(struct parser *p, char *value)
{
	if (p->lengths++ || str_parse_u64(value, 10, &p->head->length))
		return "the length is given twice or is no number";
	p->head->has_length = true;
	return NULL;
}

static const char *read_transfer_encoding(struct parser *p, char *value)
{
	if (p->encodings++ || !str_equal_nocase(value, "chunked"))
		return "it has a transfer encoding that was not asked for";
	p->head->is_chunked = true;
	return NULL;
}

static const char *read_content_encoding(struct parser *p, char *value)
{
	(void)p;
	return str_equal_nocase(value, "identity")
		       ? NULL
		       : "it has a content encoding that was not asked for";
}

/* "bytes FIRST-LAST/TOTAL", TOTAL perhaps "*" (RFC 9110, 14.4); "bytes * /TOTAL" comes with 416. */
static const char *read_range(struct parser *p, char *value)
{
	static const char wrong[] = "its range is given twice or is wrong";
	struct http_head *head = p->head;
	char *dash = strchr(value, '-'), *slash = strchr(value, '/');

	if (p->ranges++)
		return wrong;
	if (!dash || !slash || slash < dash || strncasecmp(value, "bytes ", 6) != 0)
		return NULL;
	*dash = *slash = '\0';
	if (str_parse_u64(value + 6, 10, &head->range_first) ||
	    str_parse_u64(dash + 1, 10, &head->range_last) ||
	    head->range_last < head->range_first || head->range_last == UINT64_MAX)
		return wrong;
	if (!str_equal(slash + 1, "*") &&
	    (str_parse_u64(slash + 1, 10, &head->range_total) ||
	     head->range_total <= head->range_last))
		return wrong;
	head->has_range = true;
	return NULL;
}

static const char *read_location(struct parser *p, char *value)
{
	if (p->locations++)
		return "it redirects to two places";
	if (str_copy(p->head->location, sizeof(p->head->location), value))
		return "the URL it redirects to is too long";
	return NULL;
}

/* A weak one (W/"…") does not say that the bytes are the same. */
static const char *read_etag(struct parser *p, char *value)
{
	if (*value == '"')
		(void)str_copy(p->head->etag, sizeof(p->head->etag), value);
	return NULL;
}

static const char *read_last_modified(struct parser *p, char *value)
{
	(void)str_copy(p->head->last_modified, sizeof(p->head->last_modified), value);
	return NULL;
}

static const char *read_retry_after(struct parser *p, char *value)
{
	(void)str_parse_u32(value, 10,
			    &p->head->retry_after_s); /* a date counts as none */
	return NULL;
}

static const struct {
	const char *name;
	const char *(*read)(struct parser *p, char *value);
} fields[] = {
	{ "Content-Length", read_length },
	{ "Transfer-Encoding", read_transfer_encoding },
	{ "Content-Encoding", read_content_encoding },
	{ "Content-Range", read_range },
	{ "Location", read_location },
	{ "ETag", read_etag },
	{ "Last-Modified", read_last_modified },
	{ "Retry-After", read_retry_after },
};

static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		s[--len] = '\0';
	return s;
}

static const char *read_field(struct parser *p, char *line)
{
	char *colon = strchr(line, ':'), *value;

	/* also a folded line, and blanks before the colon */
	if (!colon || colon == line || strcspn(line, " \t") < (size_t)(colon - line))
		return "a line of its head is no field";
	*colon = '\0';
	value = trim(colon + 1);
	for (size_t i = 0; value[i]; i++)
		if (((unsigned char)value[i] < ' ' && value[i] != '\t') ||
		    value[i] == 0x7f)
			return "its head has control characters";
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_equal_nocase(line, fields[i].name))
			return fields[i].read(p, value);
	return NULL;
}

/* "HTTP/1.1 200 OK"; the reason may be missing. */
static const char *read_status_line(struct parser *p, const char *line)
{
	const char *rest = str_after(line, "HTTP/1.");
	char digits[4];
	uint32_t status;

	if (!rest || rest[0] < '0' || rest[0] > '9' || rest[1] != ' ' ||
	    strlen(rest) < 5 || (rest[5] != ' ' && rest[5] != '\0'))
		return "it does not speak HTTP/1.1";
	memcpy(digits, rest + 2, 3);
	digits[3] = '\0';
	if (str_parse_u32(digits, 10, &status) || status < 100 || status > 599)
		return "its status is no number from 100 to 599";
	p->head->is_1_0 = rest[0] == '0';
	p->head->status = status;
	return NULL;
}

static const char *check_whole(const struct parser *p)
{
	if (p->head->is_chunked && (p->head->has_length || p->head->is_1_0))
		return "it gives its length in two ways";
	return NULL;
}

/* Cuts a line off that ends before @end; NULL: its LF stands alone. */
static char *take_line(char **s, const char *end)
{
	char *line = *s, *lf = memchr(line, '\n', (size_t)(end - line));

	if (!lf || lf == line || lf[-1] != '\r')
		return NULL;
	lf[-1] = '\0';
	*s = lf + 1;
	return line;
}

int http_head_parse(char *data, size_t len, struct http_head *out, const char **why)
{
	struct parser p = { .head = out };
	const char *end = data + len - 2; /* of the last field */
	char *s = data, *line;

	memset(out, 0, sizeof(*out));
	*why = "its head is not well formed";
	if (memchr(data, '\0', len))
		return -EBADMSG;
	line = take_line(&s, end);
	if (!line)
		return -EBADMSG;
	*why = read_status_line(&p, line);
	while (!*why && s < end) {
		line = take_line(&s, end);
		*why = line ? read_field(&p, line) : "its head is not well formed";
	}
	if (!*why)
		*why = check_whole(&p);
	return *why ? -EBADMSG : 0;
}
