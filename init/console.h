/* Descriptors 0 to 2 of PID 1 and the terminal people sit at. */
#ifndef INIT_CONSOLE_H
#define INIT_CONSOLE_H

/* Makes sure that 0, 1 and 2 are open, whatever the kernel left us: the next file PID 1
 * opens must not become its stdout. Works before any mount. */
void console_secure_fds(void);

/* Opens /dev/console as 0, 1 and 2. 0 or -errno; the old ones stay then. */
int console_reopen(void);

/* Opens the terminal behind /dev/console, which, unlike /dev/console itself, can be a
 * controlling terminal and so gives job control. A descriptor or -errno. */
int console_open_terminal(void);

/* Writes @line to every console at once when kernel messages of level ERR do not reach
 * them. */
void console_say(const char *line);

#endif
