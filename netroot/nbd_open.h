/* The connection to an NBD export, up to where the kernel's client takes it over. */
#ifndef NETROOT_NBD_OPEN_H
#define NETROOT_NBD_OPEN_H

#include "netroot/task.h"

/* Tries until it is open. 0: reported; -errno with the reason, for good; -ECANCELED. */
int nbd_open(struct task *t);

#endif
