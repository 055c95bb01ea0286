/* Strings of foreign origin: strict numbers, bounded copies, the kernel's name equality.
 *
 * strtoul() of klibc does not report overflow and every libc's accepts signs and blanks,
 * so numbers from the command line and from packets are read here. */
#ifndef LIB_STR_H
#define LIB_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole of @s is a number in @base (10 or 16, no prefix). 0; -EINVAL: empty or
 * another character; -ERANGE: does not fit. @out is written only on success. */
int str_parse_u32(const char *s, unsigned base, uint32_t *out);
int str_parse_u64(const char *s, unsigned base, uint64_t *out);

bool str_equal(const char *a, const char *b);
bool str_equal_nocase(const char *a, const char *b);

/* The rest of @s behind @prefix, or NULL. */
const char *str_after(const char *s, const char *prefix);

/* Copies all of @src with its NUL. 0; -ENAMETOOLONG: it does not fit, @dst is then "". */
int str_copy(char *dst, size_t size, const char *src);

/* Names of modules and parameters: '-' and '_' are the same character (kernel,
 * lib/cmdline.c and kernel/params.c). @len counts bytes of @a; @b is NUL-terminated. */
bool str_name_equal(const char *a, size_t len, const char *b);

/* Number of single-character edits between @a and @b, for "did you mean"; @limit + 1 when
 * there are more or a name is longer than 63. */
unsigned str_distance(const char *a, const char *b, unsigned limit);

#endif
