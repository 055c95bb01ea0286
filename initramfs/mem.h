/* Memory of the host tool. It is needed before any file is written, so when there is none
 * the program says so and ends with status 1: no caller has a NULL to look at. */
#ifndef INITRAMFS_MEM_H
#define INITRAMFS_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The array @p with room for one element more than @count, to be freed by the caller. It
 * doubles when @count is a power of two, so it must only grow by one. */
void *mem_grow(void *p, size_t count, size_t element_size);

/* Zeroed; the caller frees. */
void *mem_alloc(size_t size);
char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Bytes that grow. All zeroes is an empty one; with @size 0 but @data it borrows them: they are
 * not freed, and must not grow. */
struct bytes {
	uint8_t *data;
	size_t len, size;
	size_t limit; /* for who fills it from bytes of strangers; 0: none */
};

/* It is longer than its limit: what fills it returns -EFBIG. */
bool bytes_full(const struct bytes *b);

/* Room for @len bytes behind the last one; the caller writes them and adds to @len. */
uint8_t *bytes_room(struct bytes *b, size_t len);
void bytes_put(struct bytes *b, const void *data, size_t len);
void bytes_be32(struct bytes *b, uint32_t value);
void bytes_le32(struct bytes *b, uint32_t value);
void bytes_printf(struct bytes *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void bytes_free(struct bytes *b);

/* A list of strings it owns. All zeroes is an empty one. */
struct strings {
	char **items;
	size_t count;
};

void strings_add(struct strings *list, const char *s);
/* The same, but not a second time. True: it was new. */
bool strings_add_once(struct strings *list, const char *s);
bool strings_has(const struct strings *list, const char *s);
void strings_free(struct strings *list);

#endif
