/* Deflate blocks (RFC 1951) from symbols. Pure: memory only. */
#ifndef INITRAMFS_DEFLATE_WRITE_H
#define INITRAMFS_DEFLATE_WRITE_H

#include "initramfs/deflate_read.h"
#include "initramfs/mem.h"

/* How often each symbol occurs in a block, and of how many bytes it is. */
struct deflate_counts {
	uint32_t litlens[DEFLATE_LITLENS], distances[DEFLATE_DISTANCES];
	size_t plain_len;
};

/* The shortest block for some counts. */
struct deflate_plan {
	enum deflate_type type;
	uint8_t lengths[DEFLATE_LITLENS_FIXED + DEFLATE_DISTANCES_FIXED];
	size_t litlens;	  /* of @lengths; those of distances follow */
	size_t distances; /* likewise */
	size_t bits;
};

/* @litlen_bits and @distance_bits: of the longest codes, at least 9 and 5. */
void deflate_plan_make(struct deflate_plan *p, const struct deflate_counts *counts,
		       unsigned litlen_bits, unsigned distance_bits);

struct deflate_writer {
	struct bytes *out;
	uint64_t held; /* bits that are no byte yet */
	unsigned held_bits;
};

/* Appends the block that @p is the plan of: @count symbols, which say @plain. */
void deflate_write_block(struct deflate_writer *w, const struct deflate_plan *p,
			 const struct deflate_symbol *symbols, size_t count,
			 const uint8_t *plain, size_t plain_len, bool last);

/* Fills the last byte: of a stream that ends, or with an empty block in front of another one. */
void deflate_write_end(struct deflate_writer *w, bool last);

#endif
