/* Going back to a hibernated system (Documentation/power/swsusp.rst). */
#ifndef MOUNT_RESUME_H
#define MOUNT_RESUME_H

#include <stdbool.h>
#include <stdint.h>

/* Has a kernel hibernated to the swap space that begins @offset pages into @device ("/dev/vda2")? */
bool resume_is_waiting(const char *device, uint64_t offset);

/* Hands the machine to the hibernated system and does not return then. -errno: it could not be
 * asked for; 0: the kernel was asked, did not like what it found and said why. */
int resume_start(uint32_t major, uint32_t minor, uint64_t offset);

#endif
