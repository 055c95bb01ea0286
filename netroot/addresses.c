#include "netroot/addresses.h"

void addresses_add(struct addresses *a, const struct ip *ip)
{
	for (unsigned i = 0; i < a->count; i++)
		if (ip_equal(&a->ip[i], ip))
			return;
	if (a->count < ADDRESSES_MAX)
		a->ip[a->count++] = *ip;
}

/* Takes the next of @family from @from on; NULL at the end. */
static const struct ip *take(const struct addresses *a, const bool *is_reachable,
			     bool reachable, enum ip_family family, unsigned *from)
{
	while (*from < a->count) {
		unsigned i = (*from)++;

		if (a->ip[i].family == family && is_reachable[i] == reachable)
			return &a->ip[i];
	}
	return NULL;
}

static void interleave(const struct addresses *a, const bool *is_reachable,
		       bool reachable, struct addresses *out)
{
	unsigned next_v6 = 0, next_v4 = 0;
	const struct ip *v6, *v4;

	do {
		v6 = take(a, is_reachable, reachable, IP_V6, &next_v6);
		v4 = take(a, is_reachable, reachable, IP_V4, &next_v4);
		if (v6)
			addresses_add(out, v6);
		if (v4)
			addresses_add(out, v4);
	} while (v6 || v4);
}

void addresses_sort(struct addresses *a, const bool is_reachable[ADDRESSES_MAX])
{
	struct addresses sorted = { .count = 0 };

	interleave(a, is_reachable, true, &sorted);
	interleave(a, is_reachable, false, &sorted);
	*a = sorted;
}
