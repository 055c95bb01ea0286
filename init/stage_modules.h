/* The modules worker as the other stages use it. */
#ifndef INIT_STAGE_MODULES_H
#define INIT_STAGE_MODULES_H

#include "init/boot.h"

/* Asks the worker; boot->modules_pending counts what is not answered yet. Without a
 * worker nothing happens. */
void modules_request(struct boot *boot, uint32_t kind, const char *text);

/* From now on every device gets a driver: those that are there and those that come. */
void modules_coldplug(struct boot *boot);

#endif
