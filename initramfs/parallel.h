/* Work on all processors. */
#ifndef INITRAMFS_PARALLEL_H
#define INITRAMFS_PARALLEL_H

#include <stddef.h>

/* How many processors this program may use, at least 1. */
unsigned parallel_width(void);

/* Calls @job once for each number below @count, in any order and several at a time. Returns
 * when all have ended: 0, or what the lowest number that failed returned. Jobs do not log. */
int parallel(size_t count, int (*job)(void *context, size_t number), void *context);

#endif
