#include "http/range.h"

#include <errno.h>
#include <string.h>

/* Between two parts of a multipart body stands about this much: then what lies between them may as
 * well be sent (RFC 9110, 15.3.7.2). */
#define GAP_MAX 80

#define UNIT	"bytes="

/* What does not fit into 64 bits is beyond any file. */
static int parse_position(struct text t, uint64_t *out)
{
	int err = text_parse_u64(t, out);

	if (err == -ERANGE)
		*out = UINT64_MAX;
	return err == -ERANGE ? 0 : err;
}

/* 0; -EINVAL; -ERANGE: nothing of it is there. */
static int parse_one(struct text spec, uint64_t size, struct range *out)
{
	bool has_dash = memchr(spec.s, '-', spec.len) != NULL;
	struct text first = text_take_until(&spec, '-');
	uint64_t last = UINT64_MAX;

	if (!has_dash)
		return -EINVAL;
	if (!first.len) {
		if (parse_position(spec, &last))
			return -EINVAL;
		out->len = last < size ? last : size;
		out->first = size - out->len;
		return out->len ? 0 : -ERANGE;
	}
	if (parse_position(first, &out->first) ||
	    (spec.len && parse_position(spec, &last)) || last < out->first)
		return -EINVAL;
	if (out->first >= size)
		return -ERANGE;
	out->len = (last < size ? last + 1 : size) - out->first;
	return 0;
}

static bool touches(const struct range *a, const struct range *b)
{
	const struct range *low = a->first <= b->first ? a : b, *high = low == a ? b : a;

	return high->first <= low->first + low->len ||
	       high->first - (low->first + low->len) <= GAP_MAX;
}

static void join(struct range *a, const struct range *b)
{
	uint64_t a_end = a->first + a->len, b_end = b->first + b->len;

	a->first = a->first < b->first ? a->first : b->first;
	a->len = (a_end > b_end ? a_end : b_end) - a->first;
}

/* Takes @r in, in the place of the first that it touches. */
static int add(struct ranges *out, struct range r)
{
	unsigned place = out->count, kept = 0;
	bool grew;

	do { /* what has grown may touch one that it passed by */
		grew = false;
		for (unsigned i = 0; i < out->count; i++) {
			struct range *old = &out->list[i];

			if (!old->len || !touches(old, &r))
				continue;
			join(&r, old);
			old->len = 0;
			place = i < place ? i : place;
			grew = true;
		}
	} while (grew);
	if (place == RANGES_MAX)
		return -EINVAL;
	if (place == out->count)
		out->count++;
	out->list[place] = r;
	for (unsigned i = 0; i < out->count; i++)
		if (out->list[i].len)
			out->list[kept++] = out->list[i];
	out->count = kept;
	return 0;
}

int range_parse(struct text value, uint64_t size, struct ranges *out)
{
	struct text unit = { value.s, sizeof(UNIT) - 1 };
	bool is_any = false;

	if (value.len < unit.len || !text_is_nocase(unit, UNIT))
		return -EINVAL;
	value.s += unit.len;
	value.len -= unit.len;
	out->count = 0;
	while (value.len) {
		struct text spec = text_trim(text_take_until(&value, ','));
		struct range r;
		int err;

		if (!spec.len) /* empty members of a list count for nothing (5.6.1.2) */
			continue;
		err = parse_one(spec, size, &r);
		if (!err)
			err = add(out, r);
		if (err == -EINVAL)
			return err;
		is_any = true;
	}
	/* some clients ask for a range of everything; of an empty file there is only the whole */
	if (!is_any || !size)
		return -EINVAL;
	return out->count ? 0 : -ERANGE;
}
