#include "initramfs/deflate_blocks.h"

#include "initramfs/deflate_write.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* Symbols that may become a block. */
struct block {
	struct deflate_counts counts;
	struct deflate_plan plan;
	size_t symbols;
};

struct rewriting {
	struct deflate_reader r;
	struct deflate_writer w;
	const struct deflate_bargain *bargain;
	bool last;
};

static void plan(const struct rewriting *job, struct block *b)
{
	deflate_plan_make(&b->plan, &b->counts, job->bargain->litlen_bits,
			  job->bargain->distance_bits);
}

static void count_symbols(struct block *b, const struct deflate_symbol *symbols)
{
	for (size_t i = 0; i < b->symbols; i++) {
		b->counts.litlens[symbols[i].litlen]++;
		if (symbols[i].litlen > DEFLATE_END)
			b->counts.distances[symbols[i].distance]++;
	}
	b->counts.litlens[DEFLATE_END] = 1;
}

static void add(struct block *sum, const struct block *b)
{
	for (size_t i = 0; i < DEFLATE_LITLENS; i++)
		sum->counts.litlens[i] += b->counts.litlens[i];
	for (size_t i = 0; i < DEFLATE_DISTANCES; i++)
		sum->counts.distances[i] += b->counts.distances[i];
	sum->counts.litlens[DEFLATE_END] = 1;
	sum->counts.plain_len += b->counts.plain_len;
	sum->symbols += b->symbols;
}

static size_t price(const struct rewriting *job, const struct block *b)
{
	size_t tables = b->plan.type == DEFLATE_DYNAMIC ? job->bargain->block_price : 0;

	return b->plan.bits + tables * CHAR_BIT;
}

/* Whether one block for both is cheaper; then @first is it. */
static bool merge(const struct rewriting *job, struct block *first,
		  const struct block *second)
{
	struct block both = *first;

	add(&both, second);
	plan(job, &both);
	if (price(job, &both) > price(job, first) + price(job, second))
		return false;
	*first = both;
	return true;
}

static int next_block(struct rewriting *job, struct deflate_symbol *symbols,
		      struct block *b)
{
	struct deflate_reader *r = &job->r;
	size_t from = r->plain_off;
	int err;

	*b = (struct block){ 0 };
	err = deflate_read_block(r, symbols, &b->symbols);
	if (err)
		return err;
	b->counts.plain_len = r->plain_off - from;
	count_symbols(b, symbols);
	plan(job, b);
	return 0;
}

static void write_block(struct rewriting *job, const struct block *b,
			const struct deflate_symbol *symbols, const uint8_t *plain,
			bool last)
{
	deflate_write_block(&job->w, &b->plan, symbols, b->symbols, plain,
			    b->counts.plain_len, last);
}

/* @symbols has room for those of the whole stream. */
static int write_again(struct rewriting *job, struct deflate_symbol *symbols)
{
	const uint8_t *plain = job->r.plain;
	struct block block, next;
	int err = next_block(job, symbols, &block);

	while (!err && !job->r.last) {
		err = next_block(job, symbols + block.symbols, &next);
		if (err || merge(job, &block, &next))
			continue;
		write_block(job, &block, symbols, plain, false);
		symbols += block.symbols;
		plain += block.counts.plain_len;
		block = next;
	}
	if (err || job->r.plain_off != job->r.plain_len)
		return -EUCLEAN;
	write_block(job, &block, symbols, plain, job->last);
	deflate_write_end(&job->w, job->last);
	return 0;
}

int deflate_blocks_merge(struct bytes *stream, const void *plain, size_t len,
			 const struct deflate_bargain *bargain, bool last)
{
	struct rewriting *job = mem_alloc(sizeof(*job));
	struct deflate_symbol *symbols = mem_alloc(len * sizeof(*symbols));
	struct bytes merged = { 0 };
	int err;

	job->r = (struct deflate_reader){
		.data = stream->data, .len = stream->len, .plain = plain, .plain_len = len
	};
	job->w.out = &merged;
	job->bargain = bargain;
	job->last = last;
	err = write_again(job, symbols);
	free(symbols);
	free(job);
	bytes_free(err ? &merged : stream);
	if (!err)
		*stream = merged;
	return err;
}
