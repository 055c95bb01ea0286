#include "netcfg/sandbox.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

/* Nobody else's, so that no other worker may signal this one. */
#define UID_NETCFG 65533
#define CAPABILITIES \
	(1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE)

int sandbox_enter(void)
{
	static const struct privilege_limit limits[] = {
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, 256 },
	};
	fd_auto int fd = privilege_hold("/proc/sys/net");
	int err = fd < 0 ? fd : privilege_lock_into(fd);

	if (err)
		log_warning("sandbox: /proc/sys/net: %s", strerror(-err));
	err = privilege_drop(UID_NETCFG, CAPABILITIES);
	privilege_limit(limits, sizeof(limits) / sizeof(limits[0]));
	return err;
}
