/* What the worker does at its end, when PID 1 says more than that it is done with it. */
#ifndef NETCFG_LEAVE_H
#define NETCFG_LEAVE_H

#include "netcfg/links.h"

/* Each address that is set and would expire stays for ever: its lease is renewed by nobody now. What
 * the kernel has by a router's word, the kernel itself keeps. */
void leave_held(struct links *links);

/* Nothing that was raised stays up, nor keeps an address. */
void leave_down(struct links *links, uint64_t now_ms);

#endif
