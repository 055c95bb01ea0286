#include "initramfs/mem.h"

#include "lib/log.h"
#include "lib/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p) {
		log_err("out of memory");
		exit(1);
	}
	return p;
}

void *mem_grow(void *p, size_t count, size_t element_size)
{
	if (count & (count - 1))
		return p;
	return checked(reallocarray(p, count ? 2 * count : 1, element_size));
}

void *mem_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

char *mem_strdup(const char *s)
{
	return checked(strdup(s));
}

static char *print(const char *fmt, va_list args)
{
	char *s;

	return checked(vasprintf(&s, fmt, args) < 0 ? NULL : s);
}

char *mem_printf(const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = print(fmt, args);
	va_end(args);
	return s;
}

bool bytes_full(const struct bytes *b)
{
	return b->limit && b->len > b->limit;
}

uint8_t *bytes_room(struct bytes *b, size_t len)
{
	size_t size = b->size ? b->size : 4096;

	while (size - b->len < len)
		size *= 2;
	if (size != b->size)
		b->data = checked(realloc(b->data, size));
	b->size = size;
	return b->data + b->len;
}

void bytes_put(struct bytes *b, const void *data, size_t len)
{
	uint8_t *room = bytes_room(b, len);

	if (len)
		memcpy(room, data, len);
	b->len += len;
}

void bytes_be32(struct bytes *b, uint32_t value)
{
	uint8_t be[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			  (uint8_t)(value >> 8), (uint8_t)value };

	bytes_put(b, be, sizeof(be));
}

void bytes_le32(struct bytes *b, uint32_t value)
{
	bytes_be32(b, __builtin_bswap32(value));
}

void bytes_printf(struct bytes *b, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = print(fmt, args);
	va_end(args);
	bytes_put(b, s, strlen(s));
	free(s);
}

void bytes_free(struct bytes *b)
{
	if (b->size)
		free(b->data);
	*b = (struct bytes){ 0 };
}

void strings_add(struct strings *list, const char *s)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = mem_strdup(s);
}

bool strings_has(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_equal(list->items[i], s))
			return true;
	return false;
}

bool strings_add_once(struct strings *list, const char *s)
{
	if (strings_has(list, s))
		return false;
	strings_add(list, s);
	return true;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}
