/* The HTTP worker as the other stages use it. */
#ifndef INIT_STAGE_HTTP_H
#define INIT_STAGE_HTTP_H

#include "init/boot.h"

/* Tells the worker, if it runs, whether the boot is on course. */
void http_tell(struct boot *boot);

/* Do rd.http= and rd.https= name a listener that others reach by the network? */
bool http_needs_network(const struct config *config);

#endif
