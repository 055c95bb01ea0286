#include "mount/rootfs.h"

#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "mount/mountopts.h"

#include <errno.h>
#include <string.h>

static int mount_type(const struct rootfs_request *request, const char *type,
		      const struct mountopts *options, bool *read_only)
{
	char device[128];
	struct buf b = BUF_OVER(device);
	unsigned long flags = options->flags;

	buf_printf(&b, "/dev/%s", request->device);
	*read_only = flags & MS_RDONLY;
	if (mount(device, request->target, type, flags, options->data) == 0)
		return 0;
	if (!(flags & MS_RDONLY) && (errno == EROFS || errno == EACCES)) {
		log_warning("root: %s: cannot be written, mounting it read-only",
			    request->device);
		*read_only = true;
		if (mount(device, request->target, type, flags | MS_RDONLY,
			  options->data) == 0)
			return 0;
	}
	return -errno;
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
			log_debug("root: mount %s as %s: %s", request->device,
				  result->type, strerror(-err));
		}
		types += len + (types[len] == ',');
	}
	return err;
}
