/* kmod's index files (modules.dep.bin, modules.alias.bin, ...): which values belong to a
 * name or to a modalias? Pure: reads memory, copies and owns nothing.
 *
 * The format is described only by kmod's libkmod-index.c. depmod writes keys with '_'
 * where names have '-' (except inside of [...]): so must the caller's @key and @string
 * be. */
#ifndef MODULES_MODINDEX_H
#define MODULES_MODINDEX_H

#include <stddef.h>
#include <stdint.h>

/* Longest @string of modindex_match(): the environment of a uevent is no longer. */
#define MODINDEX_STRING_MAX 2047

struct modindex {
	const uint8_t *data;
	size_t len;
};

/* Checks magic and version only. 0; -EINVAL: another kind of file. @data must stay. A
 * struct modindex of zeroes may stand for a file that is not there: it has no keys. */
int modindex_open(struct modindex *index, const void *data, size_t len);

/* One value of a key, a string inside of the index. A return value that is not 0 ends the
 * walk and is returned by it. */
typedef int (*modindex_visit)(void *ctx, const char *value);

/* The priority of a value that was visited: it stands in front of it. In what depmod writes it
 * is the module's place in modules.order. */
static inline uint32_t modindex_priority(const char *value)
{
	const uint8_t *p = (const uint8_t *)value - 4;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Visits the values of exactly @key, by priority. 0 also when there are none; -EUCLEAN:
 * the index is damaged. */
int modindex_lookup(const struct modindex *index, const char *key, modindex_visit visit,
		    void *ctx);

/* Visits the values of every key that matches @string as an fnmatch(3) pattern of * ?
 * [...], by priority: the order of modules.order. What several keys of one module give
 * comes once. Returns as modindex_lookup() does; -ENAMETOOLONG: @string is longer than
 * the maximum. */
int modindex_match(const struct modindex *index, const char *string, modindex_visit visit,
		   void *ctx);

#endif
