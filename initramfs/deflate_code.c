#include "initramfs/deflate_code.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOLS_MAX 288
#define SYMBOL_BITS 9

struct lengths {
	unsigned count[DEFLATE_BITS_MAX + 1]; /* of codes with so many bits */
};

static int rarer_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* count << SYMBOL_BITS | symbol of each that is there, and of two at least. */
static size_t sort_symbols(const uint32_t *counts, size_t symbols, uint64_t *sorted)
{
	size_t there = 0, used;

	for (size_t i = 0; i < symbols; i++)
		if (counts[i])
			sorted[there++] = (uint64_t)counts[i] << SYMBOL_BITS | i;
	used = there;
	for (size_t i = 0; there < 2; i++)
		if (used == 0 || counts[i] == 0)
			sorted[there++] = i;
	qsort(sorted, there, sizeof(*sorted), rarer_first);
	return there;
}

/* Huffman's tree from two queues, leaves and nodes, both in order of weight. A node's number is
 * above those of its children. */
static struct lengths tree_depths(const uint64_t *sorted, size_t leaves,
				  unsigned bits_max)
{
	uint64_t weight[2 * SYMBOLS_MAX] = { 0 };
	uint16_t parent[2 * SYMBOLS_MAX] = { 0 }, depth[2 * SYMBOLS_MAX] = { 0 };
	size_t leaf = 0, node = leaves, root = 2 * leaves - 2;
	struct lengths l = { 0 };

	for (size_t i = 0; i < leaves; i++)
		weight[i] = sorted[i] >> SYMBOL_BITS;
	for (size_t next = leaves; next <= root; next++) {
		for (int child = 0; child < 2; child++) {
			bool is_leaf = leaf < leaves &&
				       (node == next || weight[leaf] <= weight[node]);
			size_t lightest = is_leaf ? leaf++ : node++;

			weight[next] += weight[lightest];
			parent[lightest] = (uint16_t)next;
		}
	}
	for (size_t i = root; i-- > 0;) {
		depth[i] = depth[parent[i]] + 1;
		if (i < leaves)
			l.count[depth[i] < bits_max ? depth[i] : bits_max]++;
	}
	return l;
}

/* Codes that were cut to @bits_max want more room than there is: each step lengthens the longest
 * of the others by a bit, and puts one of the cut beside it. */
static void make_room(struct lengths *l, unsigned bits_max)
{
	unsigned wanted = 0;

	for (unsigned bits = 1; bits <= bits_max; bits++)
		wanted += l->count[bits] << (bits_max - bits);
	for (; wanted > 1U << bits_max; wanted--) {
		unsigned bits = bits_max - 1;

		while (l->count[bits] == 0)
			bits--;
		l->count[bits]--;
		l->count[bits + 1] += 2;
		l->count[bits_max]--;
	}
}

void deflate_code_lengths(const uint32_t *counts, size_t symbols, unsigned bits_max,
			  uint8_t *lengths)
{
	uint64_t sorted[SYMBOLS_MAX];
	size_t leaves = sort_symbols(counts, symbols, sorted), next = 0;
	struct lengths l = tree_depths(sorted, leaves, bits_max);

	make_room(&l, bits_max);
	memset(lengths, 0, symbols);
	for (unsigned bits = bits_max; bits > 0; bits--)
		for (unsigned i = 0; i < l.count[bits]; i++)
			lengths[sorted[next++] & ((1 << SYMBOL_BITS) - 1)] =
				(uint8_t)bits;
}

static struct lengths count_lengths(const uint8_t *lengths, size_t symbols)
{
	struct lengths l = { 0 };

	for (size_t i = 0; i < symbols; i++)
		l.count[lengths[i]]++;
	l.count[0] = 0;
	return l;
}

static uint16_t reversed(unsigned word, unsigned bits)
{
	unsigned out = 0;

	for (; bits > 0; bits--, word >>= 1)
		out = out << 1 | (word & 1);
	return (uint16_t)out;
}

void deflate_code_words(const uint8_t *lengths, size_t symbols, uint16_t *words)
{
	struct lengths l = count_lengths(lengths, symbols);
	unsigned next[DEFLATE_BITS_MAX + 1] = { 0 };

	for (unsigned bits = 1; bits <= DEFLATE_BITS_MAX; bits++)
		next[bits] = (next[bits - 1] + l.count[bits - 1]) << 1;
	for (size_t i = 0; i < symbols; i++)
		words[i] = reversed(lengths[i] ? next[lengths[i]]++ : 0, lengths[i]);
}

static bool is_taken(const struct lengths *l, unsigned longest)
{
	int left = 1;

	for (unsigned bits = 1; bits <= DEFLATE_BITS_MAX; bits++) {
		left = left * 2 - (int)l->count[bits];
		if (left < 0)
			return false;
	}
	return left == 0 || longest <= 1;
}

int deflate_table_make(struct deflate_table *t, const uint8_t *lengths, size_t symbols)
{
	struct lengths l = count_lengths(lengths, symbols);
	uint16_t words[SYMBOLS_MAX];
	unsigned longest = DEFLATE_BITS_MAX;

	while (longest > 0 && l.count[longest] == 0)
		longest--;
	if (!is_taken(&l, longest))
		return -EUCLEAN;
	t->bits = longest;
	memset(t->entries, 0, sizeof(t->entries[0]) << longest);
	deflate_code_words(lengths, symbols, words);
	for (size_t i = 0; i < symbols; i++)
		for (size_t at = words[i]; lengths[i] && at < (size_t)1 << longest;
		     at += (size_t)1 << lengths[i])
			t->entries[at] = (uint16_t)(i << 4 | lengths[i]);
	return 0;
}
