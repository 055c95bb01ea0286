/* The kernel's settings for IPv6 on one interface (ip-sysctl.rst). */
#ifndef NETCFG_INET6_CONF_H
#define NETCFG_INET6_CONF_H

#include <stdbool.h>

/* Their folder, for who is in /proc/sys/net, which may be all that is left of the file system. File
 * descriptor or -errno; -ENOENT: this kernel has no IPv6. */
int inet6_conf_open(void);

/* Before the link is raised: an address as quickly as the standards allow. What cannot be set is
 * left as it is. @has_routers: listen to them. */
void inet6_conf_prepare(int conf_fd, const char *ifname, bool has_routers);

#endif
