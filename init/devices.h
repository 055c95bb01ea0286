/* The block devices of the machine, as uevents and /sys tell of them, and the drivers that
 * bring them. What is returned points into boot->devices and is valid until the next round
 * of the loop. */
#ifndef INIT_DEVICES_H
#define INIT_DEVICES_H

#include "init/boot.h"

/* Listens to uevents from now on. Before the first driver that makes a device. */
void devices_watch(struct boot *boot);

/* Reads every block device of /sys, as events do that came too early or were lost. */
void devices_scan(struct boot *boot);

/* The device that one of @specs means; an earlier spec goes before a later one. NULL: none. */
struct blockdev *devices_find(struct boot *boot, const struct rootspec *specs,
			      unsigned count);

/* Serves the loop until there is such a device or @until_ms has come (0: no limit). Looks for
 * drivers by modalias when those of the fast path have not brought it. NULL: not in time. */
struct blockdev *devices_wait(struct boot *boot, const struct rootspec *specs,
			      unsigned count, uint64_t until_ms);

/* Serves the loop until boot->device_changes is no longer @seen; false: not before @until_ms (0: no
 * limit). Looks for drivers as devices_wait() does. */
bool devices_change(struct boot *boot, unsigned seen, uint64_t until_ms);

#endif
