/* What the worker tells PID 1. */
#ifndef NETCFG_REPORT_H
#define NETCFG_REPORT_H

#include "netcfg/netcfg.h"
#include "netcfg/rtnl_parse.h"

/* Of an interface; @seen is NULL for what concerns none. */
struct netcfg_report report_start(enum netcfg_report_kind kind,
				  const struct rtnl_link *seen);

/* Blocks until PID 1 has room for it; what fails is logged. */
void report_send(int fd, const struct netcfg_report *report);

void report_failure(int fd, const struct rtnl_link *seen, int err);

#endif
