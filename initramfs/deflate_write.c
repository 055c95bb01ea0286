#include "initramfs/deflate_write.h"

#include <limits.h>
#include <string.h>

#define TYPE_BITS	 3 /* with the flag of the last block */
#define LENGTH_BITS_MAX	 7 /* of a code in the code of lengths */
#define STORED_HEAD_BITS 32
#define CODES_MAX	 (DEFLATE_LITLENS + DEFLATE_DISTANCES)

/* Lengths of codes, as a dynamic block begins with: runs in a code of their own. */
struct run {
	uint8_t symbol, more;
};

struct head {
	struct run runs[CODES_MAX];
	size_t count;
	uint8_t lengths[DEFLATE_LENGTHS];
	size_t ordered; /* how many of these are said */
	size_t bits;
};

/* Runs of a length: which symbol is for which. The longest first. */
static const struct run_kind {
	uint8_t symbol, least, most, more;
	bool is_none; /* for codes that are not there; else for the same length again */
} run_kinds[] = {
	{ .symbol = 18, .least = 11, .most = 138, .more = 7, .is_none = true },
	{ .symbol = 17, .least = 3, .most = 10, .more = 3, .is_none = true },
	{ .symbol = 16, .least = 3, .most = 6, .more = 2 },
};

#define RUN_SYMBOL 16 /* from this one on */

static const struct run_kind *run_kind(uint8_t symbol)
{
	const struct run_kind *k = run_kinds;

	while (k->symbol != symbol)
		k++;
	return k;
}

/* As much of @times lengths @length as one symbol says. */
static size_t put_run(struct head *h, uint8_t length, size_t times, bool again)
{
	struct run *run = &h->runs[h->count++];

	for (size_t i = 0; i < sizeof(run_kinds) / sizeof(run_kinds[0]); i++) {
		const struct run_kind *k = &run_kinds[i];

		if (times < k->least || (k->is_none ? length != 0 : !again))
			continue;
		times = times < k->most ? times : k->most;
		*run = (struct run){ k->symbol, (uint8_t)(times - k->least) };
		return times;
	}
	*run = (struct run){ length, 0 };
	return 1;
}

static void make_head(struct head *h, const uint8_t *lengths, size_t count)
{
	uint32_t counts[DEFLATE_LENGTHS] = { 0 };

	h->count = 0;
	for (size_t at = 0, times; at < count; at += times) {
		for (times = 1; at + times < count; times++)
			if (lengths[at + times] != lengths[at])
				break;
		times = put_run(h, lengths[at], times,
				at > 0 && lengths[at - 1] == lengths[at]);
	}
	for (size_t i = 0; i < h->count; i++)
		counts[h->runs[i].symbol]++;
	deflate_code_lengths(counts, DEFLATE_LENGTHS, LENGTH_BITS_MAX, h->lengths);
	h->ordered = DEFLATE_LENGTHS;
	while (h->ordered > 4 && h->lengths[deflate_lengths_order[h->ordered - 1]] == 0)
		h->ordered--;
	h->bits = 5 + 5 + 4 + 3 * h->ordered;
	for (size_t i = 0; i < DEFLATE_LENGTHS; i++)
		h->bits += counts[i] * (size_t)h->lengths[i];
	for (size_t i = RUN_SYMBOL; i < DEFLATE_LENGTHS; i++)
		h->bits += counts[i] * (size_t)run_kind((uint8_t)i)->more;
}

static size_t code_bits(const uint32_t *counts, const uint8_t *lengths, size_t symbols)
{
	size_t bits = 0;

	for (size_t i = 0; i < symbols; i++)
		bits += counts[i] * (size_t)lengths[i];
	return bits;
}

static size_t more_bits(const uint32_t *counts, const struct deflate_base *bases,
			size_t symbols)
{
	size_t bits = 0;

	for (size_t i = 0; i < symbols; i++)
		bits += counts[i] * (size_t)bases[i].more;
	return bits;
}

static size_t used(const uint8_t *lengths, size_t count, size_t least)
{
	while (count > least && lengths[count - 1] == 0)
		count--;
	return count;
}

static size_t plan_dynamic(struct deflate_plan *p, const struct deflate_counts *counts,
			   unsigned litlen_bits, unsigned distance_bits)
{
	uint8_t litlens[DEFLATE_LITLENS], distances[DEFLATE_DISTANCES];
	struct head head;

	deflate_code_lengths(counts->litlens, DEFLATE_LITLENS, litlen_bits, litlens);
	deflate_code_lengths(counts->distances, DEFLATE_DISTANCES, distance_bits,
			     distances);
	p->litlens = used(litlens, DEFLATE_LITLENS, DEFLATE_END + 1);
	p->distances = used(distances, DEFLATE_DISTANCES, 1);
	memcpy(p->lengths, litlens, p->litlens);
	memcpy(p->lengths + p->litlens, distances, p->distances);
	make_head(&head, p->lengths, p->litlens + p->distances);
	return head.bits + code_bits(counts->litlens, litlens, DEFLATE_LITLENS) +
	       code_bits(counts->distances, distances, DEFLATE_DISTANCES);
}

static size_t plan_fixed(struct deflate_plan *p, const struct deflate_counts *counts)
{
	p->litlens = DEFLATE_LITLENS_FIXED;
	p->distances = DEFLATE_DISTANCES_FIXED;
	deflate_fixed_lengths(p->lengths, p->lengths + p->litlens);
	return code_bits(counts->litlens, p->lengths, DEFLATE_LITLENS) +
	       code_bits(counts->distances, p->lengths + p->litlens, DEFLATE_DISTANCES);
}

void deflate_plan_make(struct deflate_plan *p, const struct deflate_counts *counts,
		       unsigned litlen_bits, unsigned distance_bits)
{
	size_t more =
		TYPE_BITS +
		more_bits(counts->litlens + DEFLATE_END + 1, deflate_length_bases,
			  DEFLATE_LITLENS - DEFLATE_END - 1) +
		more_bits(counts->distances, deflate_distance_bases, DEFLATE_DISTANCES);
	/* before each up to seven bits to the end of a byte */
	size_t heads = counts->plain_len / DEFLATE_STORED_MAX + 1;
	size_t stored = heads * (TYPE_BITS + CHAR_BIT - 1 + STORED_HEAD_BITS) +
			counts->plain_len * CHAR_BIT;
	size_t fixed = more + plan_fixed(p, counts), dynamic;
	struct deflate_plan d = { .type = DEFLATE_DYNAMIC };

	p->type = fixed < stored ? DEFLATE_FIXED : DEFLATE_STORED;
	p->bits = fixed < stored ? fixed : stored;
	dynamic = more + plan_dynamic(&d, counts, litlen_bits, distance_bits);
	if (dynamic < p->bits) {
		*p = d;
		p->bits = dynamic;
	}
}

static void put(struct deflate_writer *w, unsigned value, unsigned bits)
{
	w->held |= (uint64_t)value << w->held_bits;
	w->held_bits += bits;
}

/* To memory, all but the bits of a byte that is not whole. There is room. */
static void put_out(struct deflate_writer *w)
{
	for (; w->held_bits >= CHAR_BIT; w->held_bits -= CHAR_BIT) {
		w->out->data[w->out->len++] = (uint8_t)w->held;
		w->held >>= CHAR_BIT;
	}
}

static void put_to_byte(struct deflate_writer *w)
{
	put(w, 0, -w->held_bits % CHAR_BIT);
	put_out(w);
}

static void write_stored(struct deflate_writer *w, const uint8_t *plain, size_t len,
			 bool last)
{
	do {
		unsigned some =
			len < DEFLATE_STORED_MAX ? (unsigned)len : DEFLATE_STORED_MAX;

		len -= some;
		put(w, last && len == 0, 1);
		put(w, DEFLATE_STORED, 2);
		put_to_byte(w);
		put(w, some, 16);
		put(w, ~some & 0xffff, 16);
		put_out(w);
		memcpy(w->out->data + w->out->len, plain, some);
		w->out->len += some;
		plain += some;
	} while (len > 0);
}

static void write_head(struct deflate_writer *w, const struct deflate_plan *p)
{
	uint16_t words[DEFLATE_LENGTHS];
	struct head h;

	make_head(&h, p->lengths, p->litlens + p->distances);
	deflate_code_words(h.lengths, DEFLATE_LENGTHS, words);
	put(w, (unsigned)p->litlens - DEFLATE_END - 1, 5);
	put(w, (unsigned)p->distances - 1, 5);
	put(w, (unsigned)h.ordered - 4, 4);
	for (size_t i = 0; i < h.ordered; i++) {
		put(w, h.lengths[deflate_lengths_order[i]], 3);
		put_out(w);
	}
	for (size_t i = 0; i < h.count; i++) {
		uint8_t symbol = h.runs[i].symbol;

		put(w, words[symbol], h.lengths[symbol]);
		if (symbol >= RUN_SYMBOL)
			put(w, h.runs[i].more, run_kind(symbol)->more);
		put_out(w);
	}
}

static void write_symbols(struct deflate_writer *w, const struct deflate_plan *p,
			  const struct deflate_symbol *symbols, size_t count)
{
	uint16_t litlens[DEFLATE_LITLENS_FIXED], distances[DEFLATE_DISTANCES_FIXED];
	const uint8_t *distance_bits = p->lengths + p->litlens;

	deflate_code_words(p->lengths, p->litlens, litlens);
	deflate_code_words(distance_bits, p->distances, distances);
	for (size_t i = 0; i < count; i++) {
		const struct deflate_symbol *s = &symbols[i];

		put(w, litlens[s->litlen], p->lengths[s->litlen]);
		if (s->litlen > DEFLATE_END) {
			put(w, s->length_more,
			    deflate_length_bases[s->litlen - DEFLATE_END - 1].more);
			put(w, distances[s->distance], distance_bits[s->distance]);
			put(w, s->distance_more,
			    deflate_distance_bases[s->distance].more);
		}
		put_out(w);
	}
	put(w, litlens[DEFLATE_END], p->lengths[DEFLATE_END]);
	put_out(w);
}

void deflate_write_block(struct deflate_writer *w, const struct deflate_plan *p,
			 const struct deflate_symbol *symbols, size_t count,
			 const uint8_t *plain, size_t plain_len, bool last)
{
	(void)bytes_room(w->out, p->bits / CHAR_BIT + 2); /* with what is held */
	if (p->type == DEFLATE_STORED) {
		write_stored(w, plain, plain_len, last);
		return;
	}
	put(w, last, 1);
	put(w, p->type, 2);
	if (p->type == DEFLATE_DYNAMIC)
		write_head(w, p);
	write_symbols(w, p, symbols, count);
}

void deflate_write_end(struct deflate_writer *w, bool last)
{
	(void)bytes_room(w->out, 1 + TYPE_BITS + STORED_HEAD_BITS / CHAR_BIT);
	if (last)
		put_to_byte(w);
	else
		write_stored(w, w->out->data, 0, false);
}
