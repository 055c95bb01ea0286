/* Handing the network over: what a real root is told of it, as rd.net.handover= says. */
#ifndef INIT_HANDOVER_H
#define INIT_HANDOVER_H

#include "init/boot.h"

/* To be called before the network worker is stopped. An interface that the root is behind stays as
 * it is, and addresses are made permanent: nobody renews them. Any other is put down, as each init
 * wants to find it that names and configures interfaces itself, or stays, with keep. For those that
 * stay, files below /run tell who cares for the network what to do. What does not work is a
 * warning. */
void handover(struct boot *boot);

#endif
