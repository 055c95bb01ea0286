/* Files as root devices. */
#ifndef INIT_STAGE_LOOP_H
#define INIT_STAGE_LOOP_H

#include "init/boot.h"

/* A loop device over @file (owned, and closed), found among the devices of the machine and valid
 * until the next round of the loop. NULL with a verdict that begins with @what. It lives until
 * switch_root, and from then on as long as it is mounted. */
struct blockdev *loop_device(struct boot *boot, const char *what, int file,
			     bool read_only);

#endif
