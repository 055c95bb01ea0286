/* Images of disks for tests, with their holes left out: eight bytes of size, then pieces of
 * eight bytes of offset, four of length and what stands there; all else is zeros. Numbers
 * are little-endian. tests/pack.py makes them.
 *
 * Any bytes are such an image, so a fuzzer may invent them. */
#ifndef TESTS_SPARSE_H
#define TESTS_SPARSE_H

#include "lib/cursor.h"
#include "mount/fsprobe.h"

#include <stdlib.h>
#include <string.h>

struct sparse {
	const uint8_t *packed;
	size_t packed_len;
	/* Where sparse_bytes() puts what was asked for; its end is the end of the array,
	 * so that AddressSanitizer sees whoever reads on. */
	uint8_t *room;
	bool fresh; /* a new room for each call: it also sees who reads what is gone */
};

static void sparse_copy(const struct sparse *s, uint64_t off, uint8_t *out, size_t len)
{
	struct cursor c = cursor_over(s->packed, s->packed_len);

	memset(out, 0, len);
	cursor_skip(&c, 8);
	while (cursor_left(&c) > 12) {
		uint64_t at = cursor_le64(&c), size = cursor_le32(&c);
		uint64_t from, to;

		if (size > cursor_left(&c))
			size = cursor_left(&c);
		if (at > UINT64_MAX / 2)
			return;
		from = at > off ? at : off;
		to = at + size < off + len ? at + size : off + len;
		if (from < to)
			memcpy(out + (from - off), c.data + c.off + (from - at),
			       (size_t)(to - from));
		cursor_skip(&c, (size_t)size);
	}
}

static const uint8_t *sparse_bytes(void *ctx, uint64_t off, size_t len)
{
	struct sparse *s = ctx;
	uint8_t *out;

	if (len == 0 || len > FSPROBE_READ_MAX)
		abort();
	if (s->fresh) {
		free(s->room);
		s->room = malloc(len);
		out = s->room;
	} else {
		out = s->room + FSPROBE_READ_MAX - len;
	}
	sparse_copy(s, off, out, len);
	return out;
}

/* What @s says of its size; fsprobe_source.size is the caller's to change. */
static struct fsprobe_source sparse_source(struct sparse *s)
{
	struct cursor c = cursor_over(s->packed, s->packed_len);

	return (struct fsprobe_source){
		.bytes = sparse_bytes,
		.ctx = s,
		.size = cursor_le64(&c) & INT64_MAX,
	};
}

#endif
