/* Deflate streams (RFC 1951) taken apart into their symbols. Pure: memory only. */
#ifndef INITRAMFS_DEFLATE_READ_H
#define INITRAMFS_DEFLATE_READ_H

#include "initramfs/deflate_code.h"

#include <stdbool.h>

#define DEFLATE_LITLENS		286
#define DEFLATE_DISTANCES	30
#define DEFLATE_LENGTHS		19  /* symbols of the code that lengths of codes are in */
#define DEFLATE_LITLENS_FIXED	288 /* these are more than may occur */
#define DEFLATE_DISTANCES_FIXED 32
#define DEFLATE_END		256 /* the symbol behind a block; above it are lengths */
#define DEFLATE_STORED_MAX	65535

enum deflate_type { DEFLATE_STORED, DEFLATE_FIXED, DEFLATE_DYNAMIC };

/* A literal, or a match: base and further bits of length and distance. */
struct deflate_symbol {
	uint16_t litlen;
	uint8_t length_more;
	uint8_t distance;
	uint16_t distance_more;
};

/* @base is the length or distance that no further bits (@more) add to. */
struct deflate_base {
	uint16_t base;
	uint8_t more;
};

extern const struct deflate_base deflate_length_bases[DEFLATE_LITLENS - DEFLATE_END - 1];
extern const struct deflate_base deflate_distance_bases[DEFLATE_DISTANCES];

/* The order in which a block says the lengths of the codes of lengths. */
extern const uint8_t deflate_lengths_order[DEFLATE_LENGTHS];

/* The lengths of the codes of a fixed block. */
void deflate_fixed_lengths(uint8_t litlens[DEFLATE_LITLENS_FIXED],
			   uint8_t distances[DEFLATE_DISTANCES_FIXED]);

/* Reads the stream in @data block by block, and holds it against @plain, which it is of. */
struct deflate_reader {
	const uint8_t *data, *plain;
	size_t len, plain_len;
	size_t off, plain_off; /* behind what was read */
	uint64_t held;	       /* bits that were read ahead, the next one lowest */
	unsigned held_bits;
	bool last; /* the block read last says so of itself */
	struct deflate_table litlens, distances;
};

/* Reads a block into @symbols, which has room for one for each byte of @plain that is left, and
 * says in @count how many there are. 0; -EUCLEAN: damaged, or of something else. */
int deflate_read_block(struct deflate_reader *r, struct deflate_symbol *symbols,
		       size_t *count);

#endif
