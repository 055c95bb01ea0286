#include "initramfs/dlopen_note.h"

#include "lib/cursor.h"
#include "lib/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX  8
#define STRING_MAX 256 /* of names; a description may be longer, and is cut */
#define WANTS_MAX  256
#define NAMES_MAX  16

static char peek(struct cursor *c)
{
	while (cursor_left(c) > 0 && strchr(" \t\r\n", c->data[c->off]) &&
	       c->data[c->off])
		c->off++;
	return cursor_left(c) > 0 ? (char)c->data[c->off] : '\0';
}

static bool take(struct cursor *c, char wanted)
{
	if (!wanted || peek(c) != wanted)
		return false;
	c->off++;
	return true;
}

/* A character behind a backslash. Names of libraries have none above ASCII: '?' stands there. */
static char read_escape(struct cursor *c)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	char letter = (char)cursor_u8(c);
	const char *found = letter ? strchr(letters, letter) : NULL;
	char digits[5] = "";
	uint32_t code = 0;

	if (found)
		return meant[found - letters];
	if (letter != 'u')
		return letter;
	for (int i = 0; i < 4; i++)
		digits[i] = (char)cursor_u8(c);
	if (str_parse_u32(digits, 16, &code))
		c->overrun = true;
	return code > 0 && code < 0x80 ? (char)code : '?';
}

static int read_string(struct cursor *c, char out[static STRING_MAX])
{
	size_t len = 0;
	char next;

	if (!take(c, '"'))
		return -EUCLEAN;
	while ((next = (char)cursor_u8(c)) != '"') {
		if (!next || c->overrun)
			return -EUCLEAN;
		if (next == '\\')
			next = read_escape(c);
		if (len < STRING_MAX - 1)
			out[len++] = next;
	}
	out[len] = '\0';
	return c->overrun ? -EUCLEAN : 0;
}

static int skip_value(struct cursor *c, int depth);

static int skip_members(struct cursor *c, char end, int depth)
{
	char key[STRING_MAX];

	if (take(c, end))
		return 0;
	do {
		if (end == '}' && (read_string(c, key) || !take(c, ':')))
			return -EUCLEAN;
		if (skip_value(c, depth + 1))
			return -EUCLEAN;
	} while (take(c, ','));
	return take(c, end) ? 0 : -EUCLEAN;
}

static int skip_value(struct cursor *c, int depth)
{
	char text[STRING_MAX];
	size_t start;

	if (depth > DEPTH_MAX)
		return -EUCLEAN;
	if (peek(c) == '"')
		return read_string(c, text);
	if (take(c, '['))
		return skip_members(c, ']', depth);
	if (take(c, '{'))
		return skip_members(c, '}', depth);
	/* a number, true, false, null */
	start = c->off;
	while (cursor_left(c) > 0 &&
	       (isalnum(c->data[c->off]) || strchr("+-.", c->data[c->off])) &&
	       c->data[c->off])
		c->off++;
	return c->off > start ? 0 : -EUCLEAN;
}

static int read_names(struct cursor *c, struct strings *out)
{
	char name[STRING_MAX];

	if (!take(c, '['))
		return -EUCLEAN;
	if (take(c, ']'))
		return 0;
	do {
		if (read_string(c, name) || out->count == NAMES_MAX)
			return -EUCLEAN;
		strings_add(out, name);
	} while (take(c, ','));
	return take(c, ']') ? 0 : -EUCLEAN;
}

static int read_priority(struct cursor *c, enum dlopen_priority *out)
{
	static const char *const priorities[] = {
		[DLOPEN_SUGGESTED] = "suggested",
		[DLOPEN_RECOMMENDED] = "recommended",
		[DLOPEN_REQUIRED] = "required",
	};
	char text[STRING_MAX];

	if (read_string(c, text))
		return -EUCLEAN;
	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++)
		if (str_equal(text, priorities[i]))
			*out = (enum dlopen_priority)i;
	return 0;
}

static int read_want(struct cursor *c, struct dlopen_want *out)
{
	char key[STRING_MAX];
	int err = 0;

	if (!take(c, '{'))
		return -EUCLEAN;
	if (take(c, '}'))
		return 0;
	do {
		if (read_string(c, key) || !take(c, ':'))
			return -EUCLEAN;
		if (str_equal(key, "soname"))
			err = read_names(c, &out->names);
		else if (str_equal(key, "priority"))
			err = read_priority(c, &out->priority);
		else
			err = skip_value(c, 0);
	} while (!err && take(c, ','));
	return !err && take(c, '}') ? 0 : -EUCLEAN;
}

static int read_wants(struct cursor *c, struct dlopen_wants *out)
{
	if (take(c, ']'))
		return 0;
	do {
		/* what says no priority is recommended */
		struct dlopen_want want = { .priority = DLOPEN_RECOMMENDED };
		int err = read_want(c, &want);

		if (err || out->count == WANTS_MAX) {
			strings_free(&want.names);
			return -EUCLEAN;
		}
		out->items = mem_grow(out->items, out->count, sizeof(*out->items));
		out->items[out->count++] = want;
	} while (take(c, ','));
	return take(c, ']') ? 0 : -EUCLEAN;
}

int dlopen_note_read(const char *json, size_t len, struct dlopen_wants *out)
{
	struct cursor c = cursor_over(json, strnlen(json, len));

	if (!take(&c, '[') || read_wants(&c, out))
		return -EUCLEAN;
	return peek(&c) ? -EUCLEAN : 0;
}

void dlopen_wants_free(struct dlopen_wants *wants)
{
	for (size_t i = 0; i < wants->count; i++)
		strings_free(&wants->items[i].names);
	free(wants->items);
	*wants = (struct dlopen_wants){ 0 };
}
