#include "initramfs/rope.h"

#include <stdlib.h>
#include <string.h>

static void append(struct rope *r, const uint8_t *data, size_t kept_at, size_t len)
{
	r->pieces = mem_grow(r->pieces, r->count, sizeof(*r->pieces));
	r->pieces[r->count++] = (struct rope_piece){
		.data = data, .kept_at = kept_at, .len = len, .start = r->len
	};
	r->len += len;
}

void rope_put(struct rope *r, const void *data, size_t len)
{
	struct rope_piece *last = r->count ? &r->pieces[r->count - 1] : NULL;
	size_t kept_at = r->kept.len;

	if (len == 0)
		return;
	bytes_put(&r->kept, data, len);
	if (!last || last->data) {
		append(r, NULL, kept_at, len);
		return;
	}
	last->len += len;
	r->len += len;
}

void rope_refer(struct rope *r, const void *data, size_t len)
{
	if (len)
		append(r, data, 0, len);
}

/* The piece with the byte @at. */
static const struct rope_piece *piece_at(const struct rope *r, size_t at)
{
	size_t low = 0, high = r->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->pieces[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	return &r->pieces[low];
}

void rope_copy(const struct rope *r, size_t from, uint8_t *to, size_t len)
{
	const struct rope_piece *p = len ? piece_at(r, from) : NULL;

	for (; len; p++) {
		const uint8_t *data = p->data ? p->data : r->kept.data + p->kept_at;
		size_t skip = from - p->start, part = p->len - skip;

		part = part < len ? part : len;
		memcpy(to, data + skip, part);
		from += part;
		to += part;
		len -= part;
	}
}

void rope_free(struct rope *r)
{
	free(r->pieces);
	bytes_free(&r->kept);
	*r = (struct rope){ 0 };
}
