#include "initramfs/ini.h"

#include <errno.h>
#include <string.h>

#define BLANKS	  " \t\r"
#define KEY_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
#define BOM	  "\xef\xbb\xbf"

static const struct {
	char letter, stands_for;
} escapes[] = {
	{ '"', '"' },
	{ '\\', '\\' },
	{ 'n', '\n' },
	{ 't', '\t' },
};

struct ini_reader ini_reader_over(char *text, size_t len)
{
	size_t skip = strncmp(text, BOM, 3) == 0 ? 3 : 0;

	return (struct ini_reader){ .rest = text + skip,
				    .end = text + len,
				    .section = "" };
}

static char *trim(char *s)
{
	size_t len;

	s += strspn(s, BLANKS);
	len = strlen(s);
	while (len && strchr(BLANKS, s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

static bool is_comment(const char *s)
{
	return *s == '#' || *s == ';';
}

static char unescape(char letter)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].letter == letter)
			return escapes[i].stands_for;
	return '\0';
}

/* In place. NULL, or what is wrong. */
static const char *unquote(char *text)
{
	char quote = *text, *from = text + 1, *to = text;

	for (; *from && *from != quote; from++) {
		char c = *from;

		if (quote == '"' && c == '\\')
			c = unescape(*++from);
		if (!c)
			return "only \\\" \\\\ \\n and \\t can stand after a backslash";
		*to++ = c;
	}
	if (!*from)
		return "the closing quote is missing";
	from += 1 + strspn(from + 1, BLANKS);
	*to = '\0';
	return *from && !is_comment(from) ? "something follows the closing quote" : NULL;
}

static void cut_comment(char *value)
{
	bool quoted = false, after_blank = true;

	for (; *value; value++) {
		if (*value == '#' && after_blank && !quoted) {
			*value = '\0';
			return;
		}
		quoted ^= *value == '"';
		after_blank = strchr(BLANKS, *value);
	}
}

static const char *read_section(struct ini_reader *r, char *line)
{
	char *end = strchr(line, ']'), *behind;

	if (!end)
		return "the ] is missing";
	behind = end + 1 + strspn(end + 1, BLANKS);
	if (*behind && !is_comment(behind))
		return "something follows the ]";
	*end = '\0';
	r->section = trim(line + 1);
	return NULL;
}

static const char *read_entry(char *line, struct ini_entry *out)
{
	char *equals = strchr(line, '='), *value;

	if (!equals)
		return "no `key = value'";
	*equals = '\0';
	out->key = trim(line);
	if (!*out->key || out->key[strspn(out->key, KEY_CHARS)])
		return "not a key before the =";
	value = equals + 1 + strspn(equals + 1, BLANKS);
	out->value = value;
	if (*value == '"' || *value == '\'')
		return unquote(value);
	cut_comment(value);
	out->value = trim(value);
	return NULL;
}

static char *next_line(struct ini_reader *r)
{
	char *line = r->rest, *end = memchr(line, '\n', (size_t)(r->end - line));

	r->rest = end ? end + 1 : r->end;
	if (!end)
		end = r->end;
	r->problem = memchr(line, '\0', (size_t)(end - line)) ? "a zero byte" : NULL;
	*end = '\0';
	r->line++;
	return trim(line);
}

int ini_next(struct ini_reader *r, struct ini_entry *out)
{
	while (r->rest < r->end) {
		char *line = next_line(r);

		if (!r->problem && (!*line || is_comment(line)))
			continue;
		if (!r->problem)
			r->problem = *line == '[' ? read_section(r, line)
						  : read_entry(line, out);
		if (r->problem)
			return -EINVAL;
		if (*line != '[')
			return 1;
	}
	return 0;
}

static bool needs_quotes(const char *value)
{
	size_t len = strlen(value);

	return strpbrk(value, "\"'#\n\r\t") || *value == ' ' ||
	       (len && value[len - 1] == ' ');
}

static void put_escaped(struct bytes *out, char c)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].stands_for == c) {
			bytes_put(out, "\\", 1);
			c = escapes[i].letter;
			break;
		}
	bytes_put(out, &c, 1);
}

void ini_put(struct bytes *out, const char *key, const char *value)
{
	bytes_printf(out, "%s =%s", key, *value ? " " : "");
	if (!needs_quotes(value)) {
		bytes_put(out, value, strlen(value));
		return;
	}
	bytes_put(out, "\"", 1);
	for (; *value; value++)
		put_escaped(out, *value);
	bytes_put(out, "\"", 1);
}
