/* What the boot tells others: files in /run/rootling, which survive switch_root. */
#ifndef INIT_STATUS_H
#define INIT_STATUS_H

#include "init/boot.h"

/* Writes status.json, timeline.json and boot.log, and when the boot has failed
 * report.txt; tells the HTTP worker. A file that cannot be written is a DEBUG line: the
 * boot has other worries. */
void status_write(struct boot *boot);

#endif
