/* The services of an appliance as the reaper sees them. */
#ifndef INIT_STAGE_APPLIANCE_H
#define INIT_STAGE_APPLIANCE_H

#include "init/boot.h"

/* A child of PID 1 ended; if it was a service, that is dealt with. */
void appliance_reap(struct boot *boot, pid_t pid, int status);

#endif
