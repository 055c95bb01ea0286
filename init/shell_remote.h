/* The shell of the console in the browser. The HTTP worker has no rights to start one: PID 1 makes
 * a pseudo-terminal, starts the shell on it as those of recovery are started, and gives the other
 * end away. Nobody types into it before recovery or rd.break=, nor where no shell is allowed. */
#ifndef INIT_SHELL_REMOTE_H
#define INIT_SHELL_REMOTE_H

#include "init/boot.h"

/* Starts it for @who, which the log names; one that still runs is ended first. *@terminal is the
 * caller's, and closing it hangs up. 0; -EPERM: not allowed, or not now; or -errno. All are said in
 * the log. */
int shell_remote_start(struct boot *boot, const char *who, int *terminal);

/* The end of a child, told by the reaper. A shell that was left asks to try again, like those on the
 * consoles; one that was hung up does not. */
void shell_remote_reap(struct boot *boot, pid_t pid, int status);

/* Kills it with what runs in its foreground. */
void shell_remote_end(struct boot *boot);

#endif
