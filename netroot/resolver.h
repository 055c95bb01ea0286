/* The addresses of a name: a literal, /etc/hosts, the name servers. */
#ifndef NETROOT_RESOLVER_H
#define NETROOT_RESOLVER_H

#include "netroot/addresses.h"
#include "netroot/task.h"

/* In the order in which they should be tried; @out has at least one then. 0; -errno with the reason;
 * -ECANCELED. */
int resolver_find(struct task *t, const char *name, struct addresses *out);

#endif
