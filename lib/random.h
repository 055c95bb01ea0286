/* Numbers that spread machines in time and identifiers in their space; nothing secret may hang
 * on them. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <stdint.h>

/* Never 0. The kernel's randomness may not be ready at boot and is not waited for: then it is made
 * of @salt, which should differ between machines. */
uint32_t random_seed(uint32_t salt);

/* The next number of a generator (xorshift32) that started with a seed. Pure. */
uint32_t random_next(uint32_t *state);

#endif
