/* The processes that load modules at the same time, one for each: a driver that hangs or kills
 * its process harms no other. Part of modrun.h, apart so that it can be left out. */
#ifndef MODULES_MODLOADER_H
#define MODULES_MODLOADER_H

#include "modules/modrun.h"

#include <poll.h>

/* How many processors are online, at most MODRUN_LOADERS_MAX; 1 when that cannot be read. */
unsigned modloader_processors(void);

/* Starts a process for @node. False: it could not be forked. */
bool modloader_start(struct modrun *run, int node);

/* For poll(): one entry for each process. Their number is run->count. */
void modloader_fds(const struct modrun *run, struct pollfd *fds);

/* How long poll() may wait: milliseconds, -1: without limit. */
int modloader_timeout(const struct modrun *run);

/* After poll(), with what it said about the entries of modloader_fds(). */
void modloader_tend(struct modrun *run, const struct pollfd *fds);

/* Nobody waits any more. */
void modloader_kill(struct modrun *run);

#endif
