/* Descriptors 0 to 2 of PID 1, and lines that people must see. */
#ifndef INIT_CONSOLE_H
#define INIT_CONSOLE_H

#include <stdbool.h>

/* Makes sure that 0, 1 and 2 are open, whatever the kernel left us: the next file PID 1
 * opens must not become its stdout. Works before any mount. */
void console_secure_fds(void);

/* Opens /dev/console as 0, 1 and 2. 0 or -errno; the old ones stay then. */
int console_reopen(void);

/* The kernel takes ten log lines in five seconds from a program and drops the rest. Here it
 * takes all, until it is @limited again for the next init. */
void console_limit_kmsg(bool limited);

/* Writes @line to every console at once when kernel messages of level ERR do not reach
 * them. */
void console_say(const char *line);

#endif
