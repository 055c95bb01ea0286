#include "http/text.h"

#include <errno.h>
#include <string.h>

struct text text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

bool text_is(struct text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.s, s, t.len) == 0;
}

bool text_is_nocase(struct text t, const char *s)
{
	return t.len == strlen(s) && strncasecmp(t.s, s, t.len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct text text_trim(struct text t)
{
	while (t.len && is_blank(t.s[0]))
		t.s++, t.len--;
	while (t.len && is_blank(t.s[t.len - 1]))
		t.len--;
	return t;
}

struct text text_take_until(struct text *t, char separator)
{
	const char *end = t->len ? memchr(t->s, separator, t->len) : NULL;
	struct text head = { t->s, end ? (size_t)(end - t->s) : t->len };
	size_t used = head.len + (end != NULL);

	t->s += used;
	t->len -= used;
	return head;
}

bool text_lists(struct text t, const char *word)
{
	while (t.len)
		if (text_is_nocase(text_trim(text_take_until(&t, ',')), word))
			return true;
	return false;
}

bool text_is_token(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		char c = t.s[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!c || (!is_letter && !strchr("0123456789!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return t.len > 0;
}

int text_parse_u64(struct text t, uint64_t *out)
{
	uint64_t value = 0;

	if (!t.len)
		return -EINVAL;
	for (size_t i = 0; i < t.len; i++) {
		unsigned digit = (unsigned char)t.s[i] - '0';

		if (digit > 9)
			return -EINVAL;
		if (value > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}
