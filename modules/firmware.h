/* Firmware that the kernel did not find and asks user space for
 * (Documentation/driver-api/firmware/fallback-mechanisms.rst). */
#ifndef MODULES_FIRMWARE_H
#define MODULES_FIRMWARE_H

#include "modules/uevent.h"

#include <stdbool.h>

/* Is this such a request? */
bool firmware_is_asked_for(const struct uevent *event);

/* Says no. The kernel has looked in every folder already, and without an answer the driver waits
 * for a minute. 0; -ENOENT: nobody waits any more; -errno. */
int firmware_refuse(const struct uevent *event);

#endif
