/* Signals of PID 1 as events of the loop: children that end, Ctrl-Alt-Del, requests to
 * stop. */
#ifndef INIT_EVENTS_H
#define INIT_EVENTS_H

#include "init/boot.h"

/* Blocks the signals and hears them through a signalfd. 0 or -errno. */
int events_open(struct boot *boot);

/* Somebody asks to end the machine with a LINUX_REBOOT_CMD_ word: a signal, a key, the control
 * socket. Services are stopped first. Asked again, it ends at once. */
void events_request(struct boot *boot, unsigned command);

/* Waits for all children that have ended, and sets boot->childless. */
void events_reap(struct boot *boot);

/* Takes signals and Ctrl-Alt-Del again, after a failed switch_root has put all back to default. */
void events_block(void);

#endif
