/* A string that grows in the caller's memory and is always NUL-terminated. What does not
 * fit is cut and remembered in @truncated, to be looked at once at the end. */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t len;  /* without the NUL */
	size_t size; /* of @data, at least 1 */
	bool truncated;
};

#define BUF_OVER(array) buf_init((array), sizeof(array))

struct buf buf_init(char *data, size_t size);
void buf_put(struct buf *b, const char *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);

/* Numbers as protocols send them. */
void buf_put_be16(struct buf *b, uint16_t value);
void buf_put_be32(struct buf *b, uint32_t value);

/* The part of printf(3) that is used here: %s %c %d %u %x %X %%, with the flags '-' and '0', a
 * width, a precision of strings (also as '*'), and the sizes l, ll and z. */
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list args);

/* The same for @out alone, of @size bytes. False: it was cut. */
bool buf_format(char *out, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool buf_vformat(char *out, size_t size, const char *fmt, va_list args);

#define FORMAT(array, ...) buf_format((array), sizeof(array), __VA_ARGS__)

/* @s as a JSON string with its quotes (RFC 8259); bytes that are not UTF-8 become U+FFFD.
 */
void buf_json_string(struct buf *b, const char *s);

/* @s with every byte that is not printable ASCII as \xNN: names from disks and networks
 * that go to a terminal or into the log. */
void buf_printable(struct buf *b, const char *s);

#endif
