#include "netcfg/domain_list.h"

#include "netcfg/hostname.h"

#include "lib/buf.h"
#include "lib/cursor.h"

#include <errno.h>
#include <stdbool.h>

#define NAME_SIZE    256 /* RFC 1035: no name has more bytes on the wire, with its lengths */
#define LABEL_MAX    63
#define POINTER_BITS 0xc0

static bool add_label(struct cursor *c, uint8_t len, struct buf *name)
{
	const uint8_t *label = len <= LABEL_MAX ? cursor_bytes(c, len) : NULL;

	if (!label)
		return false;
	if (name->len)
		buf_puts(name, ".");
	buf_put(name, (const char *)label, len);
	return true;
}

/* Moves @c behind the name, wherever the name's pointers lead. */
static bool read_name(struct cursor *c, struct buf *name)
{
	struct cursor at = *c;
	size_t end = 0,
	       limit = c->off; /* each pointer leads in front of the last: no loop */
	uint8_t len;

	while ((len = cursor_u8(&at)) != 0) {
		if ((len & POINTER_BITS) == POINTER_BITS) {
			size_t target = (size_t)(len & ~POINTER_BITS) << 8;

			target |= cursor_u8(&at);
			if (target >= limit)
				return false;
			if (!end)
				end = at.off;
			limit = target;
			cursor_seek(&at, target);
		} else if (!add_label(&at, len, name)) {
			return false;
		}
	}
	cursor_seek(c, end ? end : at.off);
	return !at.overrun && !name->truncated;
}

static void add_name(struct buf *out, const struct buf *name)
{
	if (out->len + 1 + name->len >= out->size)
		return;
	if (out->len)
		buf_puts(out, " ");
	buf_put(out, name->data, name->len);
}

int domain_list_parse(const void *data, size_t len, char *out, size_t size)
{
	struct cursor c = cursor_over(data, len);
	struct buf list = buf_init(out, size);

	while (cursor_left(&c) > 0) {
		char storage[NAME_SIZE];
		struct buf name = BUF_OVER(storage);

		if (!read_name(&c, &name))
			goto malformed;
		if (name.len == 0)
			continue;
		if (!hostname_is_valid(name.data, name.len))
			goto malformed;
		add_name(&list, &name);
	}
	return 0;
malformed:
	out[0] = '\0';
	return -EINVAL;
}
