#include "http/json.h"

#include <stdlib.h>

/* Whatever is found lies in what was given. */
static void check(struct text whole, struct text part)
{
	if (part.s && (part.s < whole.s || part.s + part.len > whole.s + whole.len))
		abort();
}

static void walk(struct text whole, struct text value, unsigned depth)
{
	char decoded[256];
	struct buf b = BUF_OVER(decoded);
	struct text element;

	check(whole, value);
	if (!value.s || depth > 8)
		return;
	(void)json_put_string(value, &b);
	(void)json_u64(value);
	walk(whole, json_member(value, "a"), depth + 1);
	while (json_take(&value, &element))
		walk(whole, element, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = { (const char *)data, size };

	walk(whole, whole, 0);
	return 0;
}
