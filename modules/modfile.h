/* Whole files in memory for as long as the process lives. */
#ifndef MODULES_MODFILE_H
#define MODULES_MODFILE_H

#include <stddef.h>

/* The contents of @path, writable, with a NUL behind them. NULL with @len 0: absent or empty,
 * or what went wrong was logged. */
char *modfile_map(const char *path, size_t *len);

#endif
