/* The block devices of this machine, kept up to date by uevents. */
#ifndef INIT_DEVICES_H
#define INIT_DEVICES_H

#include "init/boot.h"

/* Hears uevents from now on. May be called again. */
void devices_watch(struct boot *boot);

/* Reads all of /sys/class/block: what was there before the first uevent. */
void devices_scan(struct boot *boot);

#endif
