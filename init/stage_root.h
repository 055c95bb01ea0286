/* Finding the root device, for the stage root and for those that lose it again. */
#ifndef INIT_STAGE_ROOT_H
#define INIT_STAGE_ROOT_H

#include "init/boot.h"

/* The devices that a value of root= names, at most BOOT_ROOTS_MAX. Their number; -E2BIG: there are
 * more; or another -errno of rootspec_parse(). */
int root_parse(const char *value, struct rootspec *specs);

/* Waits for a device of boot->root_specs into boot->root, as long as the options say. 0;
 * -ENODEV: not in time, and the verdict says what was there instead. */
int root_find(struct boot *boot);

#endif
