#include "initramfs/modindex_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_MAGIC   0xb007f457
#define INDEX_VERSION 0x00020001
#define INDEX_ROOT    8 /* where the reference to the root node stands */

#define NODE_PREFIX   0x80000000u
#define NODE_CHILDREN 0x20000000u
#define NODE_VALUES   0x40000000u
#define NODE_OFFSET   0x0fffffffu

#define ASCII_END     128

static int by_key(const void *a, const void *b)
{
	const struct modindex_row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return strcmp(x->value, y->value);
}

/* How many bytes all of the sorted @rows have in common from @depth on. */
static size_t common_length(const struct modindex_row *rows, size_t count, size_t depth)
{
	const char *first = rows[0].key + depth, *last = rows[count - 1].key + depth;
	size_t len = 0;

	while (first[len] && first[len] == last[len])
		len++;
	return len;
}

static void put_values(struct bytes *out, const struct modindex_row *rows, size_t count)
{
	bytes_be32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		bytes_be32(out, rows[i].priority);
		bytes_put(out, rows[i].value, strlen(rows[i].value) + 1);
	}
}

/* The node of the sorted @rows, whose keys agree up to @depth. Returns its reference. */
static uint32_t put_node(struct bytes *out, const struct modindex_row *rows, size_t count,
			 size_t depth)
{
	uint32_t children[ASCII_END] = { 0 }, ref;
	/* depmod never gives the root a prefix */
	size_t prefix = depth && count ? common_length(rows, count, depth) : 0,
	       values = 0;
	int first = 0, last = -1;

	while (values < count && !rows[values].key[depth + prefix])
		values++;
	for (size_t i = values, end; i < count; i = end) {
		int c = rows[i].key[depth + prefix];

		for (end = i + 1; end < count && rows[end].key[depth + prefix] == c;)
			end++;
		first = last < 0 ? c : first;
		last = c;
		children[c] = put_node(out, rows + i, end - i, depth + prefix + 1);
	}
	ref = (uint32_t)out->len & NODE_OFFSET;
	if (prefix) {
		bytes_put(out, rows[0].key + depth, prefix);
		bytes_put(out, "", 1);
		ref |= NODE_PREFIX;
	}
	if (last >= 0) {
		bytes_put(out, (uint8_t[]){ (uint8_t)first, (uint8_t)last }, 2);
		for (int c = first; c <= last; c++)
			bytes_be32(out, children[c]);
		ref |= NODE_CHILDREN;
	}
	if (values) {
		put_values(out, rows, values);
		ref |= NODE_VALUES;
	}
	return ref;
}

static bool key_is_valid(const char *key)
{
	if (!*key)
		return false;
	for (; *key; key++)
		if ((unsigned char)*key >= ASCII_END)
			return false;
	return true;
}

int modindex_write(struct bytes *out, struct modindex_row *rows, size_t count)
{
	uint32_t root;

	for (size_t i = 0; i < count; i++)
		if (!key_is_valid(rows[i].key))
			return -EINVAL;
	if (count)
		qsort(rows, count, sizeof(*rows), by_key);
	bytes_be32(out, INDEX_MAGIC);
	bytes_be32(out, INDEX_VERSION);
	bytes_be32(out, 0);
	root = put_node(out, rows, count, 0);
	if (out->len > NODE_OFFSET)
		return -EFBIG;
	for (int i = 0; i < 4; i++)
		out->data[INDEX_ROOT + i] = (uint8_t)(root >> (24 - 8 * i));
	return 0;
}
