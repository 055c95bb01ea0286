/* What the options say of the network, for its worker. */
#ifndef INIT_NETWORK_REQUEST_H
#define INIT_NETWORK_REQUEST_H

#include "init/config.h"
#include "netcfg/netcfg.h"

/* Strings are borrowed from @config. What is more than the worker takes is logged and left out. */
struct netcfg_request network_request(const struct config *config);

#endif
