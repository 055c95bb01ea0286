#include "lib/privilege.h"

#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Every libc exports it, only klibc declares it. */
extern int capset(cap_user_header_t header, const cap_user_data_t data);

int privilege_hold(const char *path)
{
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int privilege_lock_into(int folder)
{
	return fchdir(folder) < 0 || chroot(".") < 0 ? -errno : 0;
}

void privilege_limit(const struct privilege_limit *limits, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rlimit limit = { limits[i].value, limits[i].value };

		if (setrlimit(limits[i].resource, &limit) < 0)
			log_warning("sandbox: limit %d: %s", limits[i].resource,
				    strerror(errno));
	}
}

int privilege_drop(uint32_t uid, uint32_t keep)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = keep, .permitted = keep },
	};

	/* setuid() would take the permitted capabilities along. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
		return -errno;
	if (capset(&header, data) < 0)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}
