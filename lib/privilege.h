/* Giving up what a worker does not need. */
#ifndef LIB_PRIVILEGE_H
#define LIB_PRIVILEGE_H

#include <stdint.h>

/* The folder @path as a mount of its own, so that no ".." leads out of it, for openat() and its like;
 * with a kernel before 5.2, which has no mounts without a place, as it is. Descriptor or -errno. */
int privilege_hold(const char *path);

/* Makes the folder "/" and the current one. 0 or -errno. */
int privilege_lock_into(int folder);

struct privilege_limit {
	int resource; /* RLIMIT_ */
	unsigned long value;
};

/* A second fence; the first is to have no privilege. Behind privilege_drop(), which counts processes
 * too. One that is refused is a WARNING. */
void privilege_limit(const struct privilege_limit *limits, unsigned count);

/* For ever: becomes user and group @uid without other groups, keeps of its capabilities
 * only those in @keep (bit CAP_X set), and can gain none by execve. 0 or -errno; after an
 * error the process must not go on. */
int privilege_drop(uint32_t uid, uint32_t keep);

#endif
