#include "http/json.h"

#include <string.h>

static void skip(struct text *t, size_t len)
{
	t->s += len;
	t->len -= len;
}

static void skip_blanks(struct text *t)
{
	while (t->len && strchr(" \t\r\n", *t->s) && *t->s)
		skip(t, 1);
}

/* Bytes of the string at the beginning, with its quotes; 0: it does not end. */
static size_t string_length(struct text t)
{
	for (size_t i = 1; i < t.len; i++) {
		if (t.s[i] == '\\')
			i++;
		else if (t.s[i] == '"')
			return i + 1;
	}
	return 0;
}

/* Of the array or object, whose brackets are counted without looking which kind they are. */
static size_t nested_length(struct text t)
{
	size_t depth = 0, i = 0;

	while (i < t.len) {
		char c = t.s[i];

		if (c == '"') {
			size_t len = string_length((struct text){ t.s + i, t.len - i });

			if (!len)
				return 0;
			i += len;
			continue;
		}
		i++;
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return i;
	}
	return 0;
}

static size_t value_length(struct text t)
{
	size_t len = 0;

	if (!t.len)
		return 0;
	if (*t.s == '"')
		return string_length(t);
	if (*t.s == '[' || *t.s == '{')
		return nested_length(t);
	while (len < t.len && t.s[len] && !strchr(",]} \t\r\n", t.s[len]))
		len++;
	return len;
}

/* Takes the value that @t begins with; s is NULL: there is none. */
static struct text take_value(struct text *t)
{
	struct text value = { NULL, 0 };
	size_t len;

	skip_blanks(t);
	len = value_length(*t);
	if (len) {
		value = (struct text){ t->s, len };
		skip(t, len);
	}
	return value;
}

/* Is @c next? Then it goes. */
static bool take(struct text *t, char c)
{
	skip_blanks(t);
	if (!t->len || *t->s != c)
		return false;
	skip(t, 1);
	return true;
}

struct text json_member(struct text object, const char *name)
{
	size_t len = strlen(name);

	if (!take(&object, '{'))
		return (struct text){ NULL, 0 };
	do {
		struct text key = take_value(&object), value;

		if (!key.s || !take(&object, ':'))
			break;
		value = take_value(&object);
		if (key.len == len + 2 && memcmp(key.s + 1, name, len) == 0)
			return value;
	} while (take(&object, ','));
	return (struct text){ NULL, 0 };
}

bool json_take(struct text *array, struct text *element)
{
	if (!take(array, '[') && !take(array, ','))
		return false;
	*element = take_value(array);
	return element->s;
}

/* ---- strings */

static unsigned hex_digits(const char *s)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)s[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value |= (c | 0x20) - 'a' + 10u;
	}
	return value;
}

/* Of the basic plane: PID 1 writes all others as they are. */
static void put_utf8(unsigned c, struct buf *out)
{
	char bytes[3];
	size_t len = 0;

	if (c < 0x80) {
		bytes[len++] = (char)c;
	} else if (c < 0x800) {
		bytes[len++] = (char)(0xc0 | c >> 6);
		bytes[len++] = (char)(0x80 | (c & 0x3f));
	} else {
		bytes[len++] = (char)(0xe0 | c >> 12);
		bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (c & 0x3f));
	}
	buf_put(out, bytes, len);
}

static char plain_escape(char c)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *found = c ? strchr(from, c) : NULL;

	return found ? to[found - from] : c;
}

bool json_put_string(struct text value, struct buf *out)
{
	if (value.len < 2 || *value.s != '"')
		return false;
	for (size_t i = 1; i < value.len - 1; i++) {
		char c = value.s[i];

		if (c == '\\' && value.s[i + 1] == 'u' && i + 6 < value.len) {
			put_utf8(hex_digits(value.s + i + 2), out);
			i += 5;
			continue;
		}
		if (c == '\\')
			c = plain_escape(value.s[++i]);
		buf_put(out, &c, 1);
	}
	return true;
}

uint64_t json_u64(struct text value)
{
	uint64_t number = 0;

	return value.s && text_parse_u64(value, &number) == 0 ? number : 0;
}
