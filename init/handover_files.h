/* The files below /run that tell who cares for the network in the real root what it finds: klibc's
 * shell files, systemd-networkd, NetworkManager, ifupdown. */
#ifndef INIT_HANDOVER_FILES_H
#define INIT_HANDOVER_FILES_H

#include "init/boot.h"

/* One set for each interface that is configured. What does not work is a warning. */
void handover_files(const struct boot *boot);

#endif
