/* Giving up what a worker does not need. */
#ifndef LIB_PRIVILEGE_H
#define LIB_PRIVILEGE_H

#include <stdint.h>

/* For ever: becomes user and group @uid without other groups, keeps of its capabilities
 * only those in @keep (bit CAP_X set), and can gain none by execve. 0 or -errno; after an
 * error the process must not go on. */
int privilege_drop(uint32_t uid, uint32_t keep);

#endif
