#include "http/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ranges *r, uint64_t size)
{
	uint64_t sum = 0;

	if (!r->count || r->count > RANGES_MAX)
		abort();
	for (unsigned i = 0; i < r->count; i++) {
		const struct range *a = &r->list[i];

		if (!a->len || a->first >= size || a->len > size - a->first)
			abort();
		sum += a->len;
		for (unsigned k = 0; k < i; k++) {
			const struct range *b = &r->list[k];

			if (a->first <= b->first + b->len &&
			    b->first <= a->first + a->len)
				abort();
		}
	}
	if (sum > size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text value = { (const char *)data, size };
	static const uint64_t sizes[] = { 0, 1, 1000, 1ULL << 40, UINT64_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ranges r;
		int err = range_parse(value, sizes[i], &r);

		if (!err)
			check(&r, sizes[i]);
		else if (err != -EINVAL && (err != -ERANGE || !sizes[i]))
			abort();
	}
	return 0;
}
