#include "initramfs/deflate_read.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* of a symbol: two codes and what goes with them */
#define SYMBOL_BITS_MAX 48

/* Symbols of lengths of codes: again the length before, or none, this often. */
#define AGAIN	  16
#define NONE	  17
#define NONE_LONG 18

const struct deflate_base deflate_length_bases[] = {
	{ 3, 0 },   { 4, 0 },	{ 5, 0 },   { 6, 0 },	{ 7, 0 },  { 8, 0 },
	{ 9, 0 },   { 10, 0 },	{ 11, 1 },  { 13, 1 },	{ 15, 1 }, { 17, 1 },
	{ 19, 2 },  { 23, 2 },	{ 27, 2 },  { 31, 2 },	{ 35, 3 }, { 43, 3 },
	{ 51, 3 },  { 59, 3 },	{ 67, 4 },  { 83, 4 },	{ 99, 4 }, { 115, 4 },
	{ 131, 5 }, { 163, 5 }, { 195, 5 }, { 227, 5 }, { 258, 0 }
};

const struct deflate_base deflate_distance_bases[] = {
	{ 1, 0 },     { 2, 0 },	    { 3, 0 },	   { 4, 0 },	  { 5, 1 },
	{ 7, 1 },     { 9, 2 },	    { 13, 2 },	   { 17, 3 },	  { 25, 3 },
	{ 33, 4 },    { 49, 4 },    { 65, 5 },	   { 97, 5 },	  { 129, 6 },
	{ 193, 6 },   { 257, 7 },   { 385, 7 },	   { 513, 8 },	  { 769, 8 },
	{ 1025, 9 },  { 1537, 9 },  { 2049, 10 },  { 3073, 10 },  { 4097, 11 },
	{ 6145, 11 }, { 8193, 12 }, { 12289, 12 }, { 16385, 13 }, { 24577, 13 }
};

const uint8_t deflate_lengths_order[] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					  11, 4,  12, 3, 13, 2, 14, 1, 15 };

void deflate_fixed_lengths(uint8_t litlens[DEFLATE_LITLENS_FIXED],
			   uint8_t distances[DEFLATE_DISTANCES_FIXED])
{
	for (size_t i = 0; i < DEFLATE_LITLENS_FIXED; i++)
		litlens[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	memset(distances, 5, DEFLATE_DISTANCES_FIXED);
}

/* Behind the end there are zeroes; is_short() tells. */
static void hold(struct deflate_reader *r, unsigned bits)
{
	while (r->held_bits < bits) {
		uint64_t next = r->off < r->len ? r->data[r->off] : 0;

		r->held |= next << r->held_bits;
		r->held_bits += CHAR_BIT;
		r->off++;
	}
}

static bool is_short(const struct deflate_reader *r)
{
	return r->off > r->len && r->off - r->len > r->held_bits / CHAR_BIT;
}

/* Of bits that are held. */
static unsigned take_held(struct deflate_reader *r, unsigned bits)
{
	unsigned taken = (unsigned)(r->held & ((1U << bits) - 1));

	r->held >>= bits;
	r->held_bits -= bits;
	return taken;
}

static unsigned take(struct deflate_reader *r, unsigned bits)
{
	hold(r, bits);
	return take_held(r, bits);
}

static int take_code(struct deflate_reader *r, const struct deflate_table *t)
{
	uint16_t entry = t->entries[r->held & ((1U << t->bits) - 1)];

	if (entry == 0)
		return -EUCLEAN;
	(void)take_held(r, entry & 15); /* the code, which the entry is of */
	return entry >> 4;
}

/* Symbols are of this stream, and only of this, if they say what is in @plain. */
static bool put_literal(struct deflate_reader *r, unsigned value,
			struct deflate_symbol *s)
{
	if (r->plain_off == r->plain_len || r->plain[r->plain_off] != value)
		return false;
	r->plain_off++;
	*s = (struct deflate_symbol){ .litlen = (uint16_t)value };
	return true;
}

static bool put_match(struct deflate_reader *r, size_t length, size_t distance)
{
	const uint8_t *to = r->plain + r->plain_off;

	if (length > r->plain_len - r->plain_off || distance > r->plain_off)
		return false;
	r->plain_off += length;
	return memcmp(to, to - distance, length) == 0;
}

static int read_match(struct deflate_reader *r, unsigned litlen, struct deflate_symbol *s)
{
	const struct deflate_base *length =
		&deflate_length_bases[litlen - DEFLATE_END - 1];
	const struct deflate_base *distance;
	int symbol;

	s->litlen = (uint16_t)litlen;
	s->length_more = (uint8_t)take_held(r, length->more);
	symbol = take_code(r, &r->distances);
	if (symbol < 0 || symbol >= DEFLATE_DISTANCES)
		return -EUCLEAN;
	s->distance = (uint8_t)symbol;
	distance = &deflate_distance_bases[symbol];
	s->distance_more = (uint16_t)take_held(r, distance->more);
	return put_match(r, (size_t)length->base + s->length_more,
			 (size_t)distance->base + s->distance_more)
		       ? 0
		       : -EUCLEAN;
}

static int read_symbols(struct deflate_reader *r, struct deflate_symbol *symbols,
			size_t *count)
{
	for (;;) {
		int litlen, err = 0;

		hold(r, SYMBOL_BITS_MAX);
		litlen = take_code(r, &r->litlens);
		if (litlen == DEFLATE_END)
			return is_short(r) ? -EUCLEAN : 0;
		if (litlen < 0 || litlen >= DEFLATE_LITLENS ||
		    r->plain_off == r->plain_len)
			return -EUCLEAN;
		if (litlen > DEFLATE_END)
			err = read_match(r, (unsigned)litlen, &symbols[*count]);
		else if (!put_literal(r, (unsigned)litlen, &symbols[*count]))
			err = -EUCLEAN;
		if (err)
			return err;
		(*count)++;
	}
}

static int read_stored(struct deflate_reader *r, struct deflate_symbol *symbols,
		       size_t *count)
{
	unsigned len, inverse;

	(void)take(r, r->held_bits % CHAR_BIT); /* nothing, to the end of the byte */
	len = take(r, 16);
	inverse = take(r, 16);
	if (len != (inverse ^ 0xffff))
		return -EUCLEAN;
	while (len-- > 0)
		if (!put_literal(r, take(r, CHAR_BIT), &symbols[(*count)++]))
			return -EUCLEAN;
	return is_short(r) ? -EUCLEAN : 0;
}

static int read_fixed(struct deflate_reader *r, struct deflate_symbol *symbols,
		      size_t *count)
{
	uint8_t litlens[DEFLATE_LITLENS_FIXED], distances[DEFLATE_DISTANCES_FIXED];

	deflate_fixed_lengths(litlens, distances);
	(void)deflate_table_make(&r->litlens, litlens, DEFLATE_LITLENS_FIXED);
	(void)deflate_table_make(&r->distances, distances, DEFLATE_DISTANCES_FIXED);
	/* both are complete */
	return read_symbols(r, symbols, count);
}

/* The lengths of all codes of a block, one after the other, @count in number. */
static int read_lengths(struct deflate_reader *r, uint8_t *lengths, size_t count)
{
	size_t at = 0;

	while (at < count) {
		uint8_t length = 0;
		size_t times = 1;
		int symbol;

		hold(r, SYMBOL_BITS_MAX);
		symbol = take_code(r, &r->litlens);
		if (symbol < 0 || (symbol == AGAIN && at == 0))
			return -EUCLEAN;
		if (symbol < AGAIN)
			length = (uint8_t)symbol;
		else if (symbol == AGAIN)
			length = lengths[at - 1];
		if (symbol >= AGAIN)
			times = symbol == AGAIN	 ? 3 + take(r, 2)
				: symbol == NONE ? 3 + take(r, 3)
						 : 11 + take(r, 7);
		if (times > count - at)
			return -EUCLEAN;
		memset(lengths + at, length, times);
		at += times;
	}
	return 0;
}

static int read_dynamic(struct deflate_reader *r, struct deflate_symbol *symbols,
			size_t *count)
{
	uint8_t lengths[DEFLATE_LITLENS + DEFLATE_DISTANCES] = { 0 };
	size_t litlens = 257 + take(r, 5), distances = 1 + take(r, 5);
	size_t ordered = 4 + take(r, 4);
	int err;

	if (litlens > DEFLATE_LITLENS || distances > DEFLATE_DISTANCES)
		return -EUCLEAN;
	for (size_t i = 0; i < ordered; i++)
		lengths[deflate_lengths_order[i]] = (uint8_t)take(r, 3);
	err = deflate_table_make(&r->litlens, lengths, DEFLATE_LENGTHS);
	if (!err)
		err = read_lengths(r, lengths, litlens + distances);
	if (!err && lengths[DEFLATE_END] == 0)
		err = -EUCLEAN;
	if (!err)
		err = deflate_table_make(&r->litlens, lengths, litlens);
	if (!err)
		err = deflate_table_make(&r->distances, lengths + litlens, distances);
	return err ? err : read_symbols(r, symbols, count);
}

int deflate_read_block(struct deflate_reader *r, struct deflate_symbol *symbols,
		       size_t *count)
{
	static int (*const readers[])(struct deflate_reader *, struct deflate_symbol *,
				      size_t *) = { [DEFLATE_STORED] = read_stored,
						    [DEFLATE_FIXED] = read_fixed,
						    [DEFLATE_DYNAMIC] = read_dynamic };
	unsigned type;

	*count = 0;
	r->last = take(r, 1);
	type = take(r, 2);
	if (type > DEFLATE_DYNAMIC || is_short(r))
		return -EUCLEAN;
	return readers[type](r, symbols, count);
}
