/* /sbin/modprobe, as the kernel calls it: `modprobe -q -- ALIAS` (kernel/kmod.c). */
#ifndef MODULES_MODPROBE_H
#define MODULES_MODPROBE_H

#include "modules/modload.h"

/* Loads what the words after the options name, in this process. Exit status: 0 when all of it is
 * loaded or built in, else 1; a name that means nothing in this image is logged at INFO. Options
 * are accepted and ignored. */
int modprobe_main(int argc, char **argv, const struct modules_config *config);

#endif
