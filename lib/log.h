/* The log: one kmsg record a line, by level, and a ring in memory that a failed boot
 *shows.
 *
 * ERR: the boot is degraded. WARNING: something configured was ignored. INFO: one line
 *per finished stage. DEBUG: each attempt. Noun first, no trailing period: log_err("root:
 *%s: %s", device, strerror(-err)); The logger never fails, never allocates and never
 *exits; until log_open_kmsg() succeeds, and on a host, lines go to stderr. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stddef.h>

/* The numbers are the kernel's (linux/kern_levels.h). */
enum log_level {
	LOG_ERR = 3,
	LOG_WARNING = 4,
	LOG_INFO = 6,
	LOG_DEBUG = 7,
};

/* Sends lines to /dev/kmsg from now on. 0 or -errno. */
int log_open_kmsg(void);

/* Lines above @level are dropped. The default is INFO. */
void log_set_level(enum log_level level);

/* Prefix of each line, "rootling" unless set; static storage. Workers set their own. */
void log_set_name(const char *name);

void log_write(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_err(...)	 log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_write(LOG_DEBUG, __VA_ARGS__)

/* The newest whole lines of the ring that fit into @out, oldest first, each
 * "[seconds.micros] text\n"; NUL-terminated. Returns the length. */
size_t log_ring_read(char *out, size_t size);

/* How many lines there have been, whether they are still in the ring or not. */
unsigned log_lines(void);

#endif
