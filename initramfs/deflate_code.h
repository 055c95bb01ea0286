/* The prefix codes of deflate streams (RFC 1951, 3.2.2). Pure: memory only. */
#ifndef INITRAMFS_DEFLATE_CODE_H
#define INITRAMFS_DEFLATE_CODE_H

#include <stddef.h>
#include <stdint.h>

#define DEFLATE_BITS_MAX 15 /* of a code */

/* The lengths in bits of the best code of @bits_max at most for @symbols (<= 288) that are
 * there @counts times. 0: not there. The code is complete, which every decoder takes: of fewer
 * than two symbols the lowest others get a length too. */
void deflate_code_lengths(const uint32_t *counts, size_t symbols, unsigned bits_max,
			  uint8_t *lengths);

/* The codes for @lengths, as they are written: first bit lowest. */
void deflate_code_words(const uint8_t *lengths, size_t symbols, uint16_t *words);

/* What the next @bits bits say: symbol << 4 | length of its code; 0: nothing. */
struct deflate_table {
	uint16_t entries[1 << DEFLATE_BITS_MAX];
	unsigned bits;
};

/* 0; -EUCLEAN: no code that zlib takes: it is complete, empty, or one symbol of one bit. */
int deflate_table_make(struct deflate_table *t, const uint8_t *lengths, size_t symbols);

#endif
