/* The power button: KEY_POWER of any input device asks for a power-off. The kernel needs evdev
 * and, on ACPI machines, button; on others gpio-keys. */
#ifndef INIT_POWER_BUTTON_H
#define INIT_POWER_BUTTON_H

#include "init/boot.h"

/* Listens to every input device that is there and has the key. */
void power_button_scan(struct boot *boot);

/* The same for one that has just come: @devname is below /dev, as the uevent says it. */
void power_button_add(struct boot *boot, const char *devname);

#endif
