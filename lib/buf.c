#include "lib/buf.h"

#include <stdint.h>
#include <string.h>

struct buf buf_init(char *data, size_t size)
{
	data[0] = '\0';
	return (struct buf){ .data = data, .size = size };
}

void buf_put(struct buf *b, const char *bytes, size_t len)
{
	size_t room = b->size - 1 - b->len;

	if (len > room) {
		len = room;
		b->truncated = true;
	}
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_put_be16(struct buf *b, uint16_t value)
{
	const char bytes[] = { (char)(value >> 8), (char)value };

	buf_put(b, bytes, sizeof(bytes));
}

void buf_put_be32(struct buf *b, uint32_t value)
{
	buf_put_be16(b, (uint16_t)(value >> 16));
	buf_put_be16(b, (uint16_t)value);
}

/* Length of the well-formed UTF-8 sequence at @s (RFC 3629, table in section 4), or 0. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		uint8_t first, last; /* of the lead byte */
		uint8_t second_min,
			second_max; /* rules out overlong forms and surrogates */
		uint8_t length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (s[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (s[1] < forms[i].second_min || s[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

void buf_json_string(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	buf_puts(b, "\"");
	while (*p) {
		size_t len = utf8_length(p);

		if (len == 0) {
			buf_puts(b, "\\ufffd");
			len = 1;
		} else if (*p == '"' || *p == '\\') {
			buf_printf(b, "\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			buf_printf(b, "\\u%04x", *p);
		} else {
			buf_put(b, (const char *)p, len);
		}
		p += len;
	}
	buf_puts(b, "\"");
}

void buf_printable(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s >= 0x20 && *s < 0x7f)
			buf_put(b, s, 1);
		else
			buf_printf(b, "\\x%02x", (unsigned char)*s);
	}
}
