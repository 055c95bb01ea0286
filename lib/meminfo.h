/* How much memory the machine has, as /proc/meminfo says. */
#ifndef LIB_MEMINFO_H
#define LIB_MEMINFO_H

#include <stdint.h>

#define MEMINFO_PATH "/proc/meminfo"

struct meminfo {
	uint64_t total_bytes;
	uint64_t
		available_bytes; /* what can be had without swapping, as the kernel thinks */
};

/* Pure. What a text does not say is 0. */
struct meminfo meminfo_parse(const char *text);

/* From the beginning of the open file @fd, as often as one likes; all 0 when it cannot be read. */
struct meminfo meminfo_read(int fd);

#endif
