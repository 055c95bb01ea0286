#include "http/form.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>

#define NAME_SIZE 32 /* a longer one is nobody's */

int form_open(const struct http_exchange *exchange, struct form *out)
{
	struct text type = exchange->request->fields[HTTP_CONTENT_TYPE];

	*out = (struct form){ .body = exchange->body };
	if (!exchange->body.len)
		return 0;
	if (!type.len)
		return -EPROTONOSUPPORT;
	type = text_trim(text_take_until(&type, ';'));
	out->is_json = text_is_nocase(type, "application/json");
	return out->is_json || text_is_nocase(type, "application/x-www-form-urlencoded")
		       ? 0
		       : -EPROTONOSUPPORT;
}

static void put(struct buf *b, unsigned byte)
{
	char c = (char)byte;

	buf_put(b, &c, 1);
}

/* The number that @digits of @t mean, which go from it; -1: they are none. */
static int take_hex(struct text *t, unsigned digits)
{
	int value = 0;

	for (; digits; digits--, t->s++, t->len--) {
		static const char known[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = t->len && *t->s ? strchr(known, *t->s) : NULL;

		if (!at)
			return -1;
		value = value << 4 | (int)((at - known) & 15);
	}
	return value;
}

/* ---- a form: the URL standard's application/x-www-form-urlencoded parser */

static int decode(struct text t, struct buf *out)
{
	while (t.len) {
		char c = *t.s++;
		int byte = c == '+' ? ' ' : (unsigned char)c;

		t.len--;
		if (c == '%')
			byte = take_hex(&t, 2);
		if (byte < 0)
			return -EBADMSG;
		put(out, (unsigned)byte);
	}
	return 0;
}

/* Up to the '=', or the end of a field without one. */
static int take_form_name(struct text *rest, struct buf *out)
{
	struct text ahead = *rest, field = text_take_until(&ahead, '&'),
		    name = text_take_until(&field, '=');

	rest->s += name.len;
	rest->len -= name.len;
	if (rest->len && *rest->s == '=')
		rest->s++, rest->len--;
	return decode(name, out);
}

static int take_form_value(struct text *rest, struct buf *out)
{
	return decode(text_take_until(rest, '&'), out);
}

/* ---- JSON (RFC 8259) */

static void skip_blanks(struct text *t)
{
	while (t->len && *t->s && strchr(" \t\r\n", *t->s))
		t->s++, t->len--;
}

/* Passes over blanks, then @c; false: it is not there. */
static bool take(struct text *t, char c)
{
	skip_blanks(t);
	if (!t->len || *t->s != c)
		return false;
	t->s++, t->len--;
	return true;
}

static void put_utf8(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		put(b, c);
		return;
	}
	if (c < 0x800) {
		put(b, 0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			put(b, 0xe0 | c >> 12);
		} else {
			put(b, 0xf0 | c >> 18);
			put(b, 0x80 | (c >> 12 & 63));
		}
		put(b, 0x80 | (c >> 6 & 63));
	}
	put(b, 0x80 | (c & 63));
}

/* Behind "\u": one character, maybe in two halves (RFC 8259, 7). */
static int unescape_unicode(struct text *t, struct buf *out)
{
	int c = take_hex(t, 4), low;

	if (c < 0 || (c >= 0xdc00 && c < 0xe000))
		return -EBADMSG;
	if (c >= 0xd800 && c < 0xdc00) {
		if (t->len < 2 || t->s[0] != '\\' || t->s[1] != 'u')
			return -EBADMSG;
		t->s += 2, t->len -= 2;
		low = take_hex(t, 4);
		if (low < 0xdc00 || low >= 0xe000)
			return -EBADMSG;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	put_utf8(out, (unsigned)c);
	return 0;
}

static int unescape(struct text *t, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = t->len && *t->s ? strchr(from, *t->s) : NULL;

	if (!t->len || (!at && *t->s != 'u'))
		return -EBADMSG;
	t->s++, t->len--;
	if (!at)
		return unescape_unicode(t, out);
	put(out, (unsigned char)to[at - from]);
	return 0;
}

static int take_json_name(struct text *t, struct buf *out)
{
	if (!take(t, '"'))
		return -EBADMSG;
	while (t->len && *t->s != '"') {
		char c = *t->s++;

		t->len--;
		if ((unsigned char)c < ' ' || (c == '\\' && unescape(t, out)))
			return -EBADMSG;
		if (c != '\\')
			put(out, (unsigned char)c);
	}
	return take(t, '"') ? 0 : -EBADMSG;
}

static int take_json_value(struct text *rest, struct buf *out)
{
	return take(rest, ':') ? take_json_name(rest, out) : -EBADMSG;
}

/* ---- both */

struct wanted {
	const char *name;
	struct buf *value;
	unsigned found;
};

static bool has_control(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char)b->data[i] < ' ' || b->data[i] == 0x7f)
			return true;
	return false;
}

static int take_pair(bool is_json, struct text *rest, struct wanted *w)
{
	char name_data[NAME_SIZE], nothing[1];
	struct buf name = BUF_OVER(name_data), other = BUF_OVER(nothing);
	int err = is_json ? take_json_name(rest, &name) : take_form_name(rest, &name);
	bool wanted = !err && !name.truncated &&
		      text_is((struct text){ name.data, name.len }, w->name);
	struct buf *value = wanted ? w->value : &other;

	w->found += wanted;
	if (!err)
		err = is_json ? take_json_value(rest, value)
			      : take_form_value(rest, value);
	return err;
}

static int read_object(struct text rest, struct wanted *w)
{
	int err = take(&rest, '{') ? 0 : -EBADMSG;
	bool more = !err && !take(&rest, '}');

	while (more) {
		err = take_pair(true, &rest, w);
		more = !err && take(&rest, ',');
		if (!err && !more && !take(&rest, '}'))
			err = -EBADMSG;
	}
	skip_blanks(&rest);
	return err ? err : rest.len ? -EBADMSG : 0;
}

static int read_fields(struct text rest, struct wanted *w)
{
	int err = 0;

	while (rest.len && !err)
		err = take_pair(false, &rest, w);
	return err;
}

int form_value(const struct form *form, const char *name, char *out, size_t size)
{
	struct buf value = buf_init(out, size);
	struct wanted w = { name, &value, 0 };
	int err =
		form->is_json ? read_object(form->body, &w) : read_fields(form->body, &w);

	if (!err && w.found != 1)
		err = w.found ? -EBADMSG : -ENOENT;
	if (!err && has_control(&value))
		err = -EBADMSG;
	if (!err && value.truncated)
		err = -ENAMETOOLONG;
	if (err)
		out[0] = '\0';
	return err;
}
