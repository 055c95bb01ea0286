/* The control socket, BOOT_STATE_DIR/control: what root may ask of process 1, and the program
 * that asks. SOCK_SEQPACKET; a request is one word, an answer one text that is "ok" or says
 * why not. */
#ifndef INIT_CONTROL_H
#define INIT_CONTROL_H

#include "init/boot.h"

/* Listens, and makes the links reboot, poweroff, halt, shutdown and initctl in /sbin. Without
 * it the boot goes on. */
void control_open(struct boot *boot);

/* Takes the socket away: the next init is not asked here. */
void control_close(struct boot *boot);

/* Is @name one of those links? */
bool control_is_client(const char *name);

/* That program; its exit status. */
int control_client(const char *name, int argc, char **argv);

#endif
