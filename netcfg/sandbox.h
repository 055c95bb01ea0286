/* What is left to the worker once it has its sockets. */
#ifndef NETCFG_SANDBOX_H
#define NETCFG_SANDBOX_H

/* For ever: a user of its own with CAP_NET_ADMIN, _RAW and _BIND_SERVICE, no new process, and no
 * file system but the kernel's /proc/sys/net, which becomes "/" and the current folder. 0 or
 * -errno; after an error the process must not go on. */
int sandbox_enter(void);

#endif
