/* The one line that says why there is no root. */
#ifndef INIT_VERDICT_H
#define INIT_VERDICT_H

#include "init/boot.h"

/* What was waited for, what was seen instead, what no module serves, what to do. */
void verdict_no_root(struct boot *boot, uint32_t waited_s);

#endif
