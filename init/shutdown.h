/* The orderly end of everything that runs and is mounted, before the machine ends. */
#ifndef INIT_SHUTDOWN_H
#define INIT_SHUTDOWN_H

#include "init/boot.h"

/* Workers and shells, then every other process: TERM, a pause, KILL. Then sync, and unmount
 * what is mounted, the newest first; what is busy becomes read-only. Each step has a limit
 * of time, so that a dead file server or disk does not keep the machine. */
void shutdown_run(struct boot *boot);

/* The end of a child, told by the reaper. */
void shutdown_reap(struct boot *boot, pid_t pid, int status);

#endif
