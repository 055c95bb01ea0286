/* The shells of recovery and rd.break=: one on every active console. */
#ifndef INIT_SHELL_H
#define INIT_SHELL_H

#include "init/boot.h"

#define SHELL_EXIT_ABSENT 127 /* of a child that found no shell to become */

/* Is there one in the image, and do the options allow it? */
bool shell_allowed(const struct boot *boot);

/* Starts one on each active console that has none: a session of its own with job control. A
 * console that does not exist is passed over. One that ends sets boot->retry; that of one
 * that ends at once, time after time, comes later each time. */
void shell_start_all(struct boot *boot);

/* Does one run, or will one be started again? */
bool shell_any(const struct boot *boot);

/* The end of a child, told by the reaper. */
void shell_reap(struct boot *boot, pid_t pid, int status);

/* For a child that leads a session: becomes the shell on @terminal. @term is "TERM=…". */
void shell_become(int terminal, const char *term) __attribute__((noreturn));

/* Kills them with what runs in their foreground; none is started again. */
void shell_end_all(struct boot *boot);

#endif
