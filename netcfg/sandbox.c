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

/* A mount of its own, so that no ".." leads out of it. */
static int lock_into(const char *path)
{
	fd_auto int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0 || fchdir(fd) < 0 || chroot(".") < 0)
		return -errno;
	return 0;
}

/* A second fence; the first is to have no privilege. */
static const struct limit {
	int resource;
	unsigned long value;
} limits[] = {
	{ RLIMIT_NPROC, 0 },
	{ RLIMIT_FSIZE, 0 },
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_NOFILE, 256 },
};

static void set_limits(void)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct rlimit limit = { limits[i].value, limits[i].value };

		if (setrlimit(limits[i].resource, &limit) < 0)
			log_warning("sandbox: limit %d: %s", limits[i].resource,
				    strerror(errno));
	}
}

int sandbox_enter(void)
{
	int err = chdir("/proc/sys/net") < 0 ? -errno : lock_into(".");

	if (err) /* a kernel before 5.2 has no mounts without a place */
		log_warning("sandbox: /proc/sys/net: %s", strerror(-err));
	err = privilege_drop(UID_NETCFG, CAPABILITIES);
	set_limits(); /* behind setuid(), which counts processes too */
	return err;
}
