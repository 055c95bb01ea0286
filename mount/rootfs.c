#include "mount/rootfs.h"

#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/mountopts.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

struct call {
	const char *source, *target, *type;
	unsigned long flags;
	const char *data;
};

/* mount(2) ignores the other flags of a bind mount until it is asked a second time. */
static int mount_once(const struct call *c)
{
	if (mount(c->source, c->target, c->type, c->flags, c->data) < 0)
		return -errno;
	if (c->flags & MS_BIND && c->flags & ~(unsigned long)(MS_BIND | MS_REC) &&
	    mount(NULL, c->target, NULL, MS_REMOUNT | (c->flags & ~(unsigned long)MS_REC),
		  NULL) < 0)
		return -errno;
	return 0;
}

/* The nodes of devices are in our /dev: with the target in hand, back to where they are. */
static int mount_from_inside(const char *inside, const struct call *c)
{
	struct call outside = *c;
	char target[32];
	int old_root = open("/", O_PATH | O_DIRECTORY), fd;

	if (chroot(inside) < 0 || chdir("/") < 0)
		return -errno;
	if (!str_after(c->source, "/dev/") || c->flags & MS_BIND)
		return mount_once(c);
	fd = open(c->target, O_PATH);
	if (fd < 0 || fchdir(old_root) < 0 || chroot(".") < 0)
		return -errno;
	FORMAT(target, "/proc/self/fd/%d", fd);
	outside.target = target;
	return mount_once(&outside);
}

/* In a child: the kernel's own threads share the root of PID 1, and would look for modprobe in
 * the wrong place. */
static int mount_inside(const char *inside, const struct call *c)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(-mount_from_inside(inside, c));
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static int mount_call(const struct rootfs_request *request, const struct call *c)
{
	return request->inside ? mount_inside(request->inside, c) : mount_once(c);
}

static int mount_type(const struct rootfs_request *request, const char *type,
		      const struct mountopts *options, bool *read_only)
{
	struct call c = { request->source, request->target, type, options->flags,
			  options->data };
	int err = mount_call(request, &c);

	if (!(c.flags & MS_RDONLY) && (err == -EROFS || err == -EACCES)) {
		log_warning("%s: cannot be written, mounting it read-only",
			    request->source);
		c.flags |= MS_RDONLY;
		err = mount_call(request, &c);
	}
	*read_only = c.flags & MS_RDONLY;
	return err;
}

int rootfs_mount(const struct rootfs_request *request, struct rootfs_result *result)
{
	struct mountopts options = { .flags = request->writable ? 0 : MS_RDONLY };
	const char *types = request->types;
	int err = -ENODEV;

	if (request->flags && mountopts_parse(request->flags, &options))
		return -E2BIG;
	while (*types) {
		size_t len = strcspn(types, ",");

		if (len > 0 && len < sizeof(result->type)) {
			memcpy(result->type, types, len);
			result->type[len] = '\0';
			err = mount_type(request, result->type, &options,
					 &result->read_only);
			if (!err)
				return 0;
			log_debug("mount %s as %s: %s", request->source, result->type,
				  strerror(-err));
		}
		types += len + (types[len] == ',');
	}
	return err;
}
