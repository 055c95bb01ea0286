#include "http/console_message.h"

#include <errno.h>
#include <string.h>

static void skip_blanks(struct text *t)
{
	while (t->len && strchr(" \t\r\n", t->s[0]) && t->s[0])
		t->s++, t->len--;
}

static bool take(struct text *t, char c)
{
	skip_blanks(t);
	if (!t->len || t->s[0] != c)
		return false;
	t->s++, t->len--;
	return true;
}

/* A backslash would want to be undone, and no token and no name has one. */
static bool take_string(struct text *t, struct text *out)
{
	if (!take(t, '"'))
		return false;
	*out = (struct text){ t->s, 0 };
	while (out->len < t->len && t->s[out->len] != '"') {
		char c = t->s[out->len++];

		if (c < ' ' || c > '~' || c == '\\')
			return false;
	}
	t->s += out->len, t->len -= out->len;
	return take(t, '"');
}

static bool take_number(struct text *t, uint16_t *out)
{
	struct text digits;
	uint64_t value;

	skip_blanks(t);
	digits = (struct text){ t->s, 0 };
	while (digits.len < t->len && t->s[digits.len] >= '0' && t->s[digits.len] <= '9')
		digits.len++;
	if (text_parse_u64(digits, &value) || value == 0 || value > UINT16_MAX)
		return false;
	t->s += digits.len, t->len -= digits.len;
	*out = (uint16_t)value;
	return true;
}

static bool take_member(struct text *t, struct console_message *out)
{
	struct text name;

	if (!take_string(t, &name) || !take(t, ':'))
		return false;
	if (text_is(name, "token")) {
		out->kind = CONSOLE_TOKEN;
		return take_string(t, &out->token);
	}
	out->kind = CONSOLE_RESIZE;
	return text_is(name, "resize") && take(t, '[') && take_number(t, &out->columns) &&
	       take(t, ',') && take_number(t, &out->rows) && take(t, ']');
}

int console_message_parse(struct text message, struct console_message *out)
{
	*out = (struct console_message){ 0 };
	if (!take(&message, '{') || !take_member(&message, out) || !take(&message, '}'))
		return -EINVAL;
	skip_blanks(&message);
	return message.len ? -EINVAL : 0;
}
