/* A number for each name, found by hashing. A name is never taken out again. */
#ifndef INITRAMFS_NAMES_H
#define INITRAMFS_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define NAMES_NONE SIZE_MAX

struct names {
	struct name {
		char *text; /* NULL: free */
		size_t number;
	} * slots;
	size_t count, size;
};

/* NAMES_NONE: @text is not in. */
size_t names_find(const struct names *names, const char *text);
/* Adds @text, or gives it another number. */
void names_set(struct names *names, const char *text, size_t number);
void names_free(struct names *names);

#endif
