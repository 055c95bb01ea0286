/* The only way foreign bytes are read: a read past the end yields zero (or NULL) and sets
 * @overrun, which the parser checks once, at its end. Nothing is copied or owned. */
#ifndef LIB_CURSOR_H
#define LIB_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *data;
	size_t len;
	size_t off;
	bool overrun;
};

struct cursor cursor_over(const void *data, size_t len);

/* Moves to an absolute offset; one past the last byte is still inside. */
void cursor_seek(struct cursor *c, size_t off);
void cursor_skip(struct cursor *c, size_t len);
size_t cursor_left(const struct cursor *c);

/* @len bytes where the cursor stands, or NULL. */
const uint8_t *cursor_bytes(struct cursor *c, size_t len);

/* A NUL-terminated string where the cursor stands, or NULL; moves behind the NUL. */
const char *cursor_string(struct cursor *c);

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_be16(struct cursor *c);
uint32_t cursor_be32(struct cursor *c);
uint64_t cursor_be64(struct cursor *c);
uint16_t cursor_le16(struct cursor *c);
uint32_t cursor_le32(struct cursor *c);
uint64_t cursor_le64(struct cursor *c);

#endif
