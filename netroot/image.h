/* An image into a file, whole and verified. */
#ifndef NETROOT_IMAGE_H
#define NETROOT_IMAGE_H

#include "netroot/task.h"

/* 0: reported; -errno with the reason, for good, and nothing is in the file; -ECANCELED. */
int image_fetch(struct task *t);

#endif
