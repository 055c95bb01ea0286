#include "lib/cursor.h"

#include <string.h>

struct cursor cursor_over(const void *data, size_t len)
{
	return (struct cursor){ .data = data, .len = len };
}

void cursor_seek(struct cursor *c, size_t off)
{
	if (off > c->len) {
		c->overrun = true;
		off = c->len;
	}
	c->off = off;
}

void cursor_skip(struct cursor *c, size_t len)
{
	if (len > cursor_left(c)) {
		c->overrun = true;
		len = cursor_left(c);
	}
	c->off += len;
}

size_t cursor_left(const struct cursor *c)
{
	return c->len - c->off;
}

const uint8_t *cursor_bytes(struct cursor *c, size_t len)
{
	const uint8_t *p = c->data + c->off;

	if (len > cursor_left(c)) {
		c->overrun = true;
		c->off = c->len;
		return NULL;
	}
	c->off += len;
	return p;
}

const char *cursor_string(struct cursor *c)
{
	const uint8_t *start = c->data + c->off;
	const uint8_t *end = cursor_left(c) ? memchr(start, 0, cursor_left(c)) : NULL;

	if (!end) {
		c->overrun = true;
		c->off = c->len;
		return NULL;
	}
	c->off += (size_t)(end - start) + 1;
	return (const char *)start;
}

static uint64_t read_be(struct cursor *c, size_t width)
{
	const uint8_t *p = cursor_bytes(c, width);
	uint64_t value = 0;

	for (size_t i = 0; p && i < width; i++)
		value = value << 8 | p[i];
	return value;
}

static uint64_t read_le(struct cursor *c, size_t width)
{
	const uint8_t *p = cursor_bytes(c, width);
	uint64_t value = 0;

	for (size_t i = width; p && i-- > 0;)
		value = value << 8 | p[i];
	return value;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)read_be(c, 1);
}

uint16_t cursor_be16(struct cursor *c)
{
	return (uint16_t)read_be(c, 2);
}

uint32_t cursor_be32(struct cursor *c)
{
	return (uint32_t)read_be(c, 4);
}

uint64_t cursor_be64(struct cursor *c)
{
	return read_be(c, 8);
}

uint16_t cursor_le16(struct cursor *c)
{
	return (uint16_t)read_le(c, 2);
}

uint32_t cursor_le32(struct cursor *c)
{
	return (uint32_t)read_le(c, 4);
}

uint64_t cursor_le64(struct cursor *c)
{
	return read_le(c, 8);
}
