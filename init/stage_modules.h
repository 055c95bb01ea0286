/* The modules worker as the other stages use it. */
#ifndef INIT_STAGE_MODULES_H
#define INIT_STAGE_MODULES_H

#include "init/boot.h"

/* Asks the worker; boot->modules_pending counts what is not answered yet. Without a
 * worker nothing happens. */
void modules_request(struct boot *boot, uint32_t kind, const char *text);

/* From now on every device gets a driver: those that are there and those that come. */
void modules_coldplug(struct boot *boot);

/* The same for who waits for a disk: PCI first, where most of them hang, and all other buses with
 * the next call. To look at a hundred devices takes as long as to load a module. */
void modules_coldplug_root(struct boot *boot);

/* Asks for the modules of rd.driver.post=, once, if nothing else is being loaded. */
void modules_load_post(struct boot *boot);

/* What the options say of modules, borrowed from @config. */
struct modules_config modules_config(const struct config *config);

#endif
