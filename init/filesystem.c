#include "init/filesystem.h"

#include "init/devices.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/str.h"
#include "mount/kmsg.h"

#include <errno.h>
#include <string.h>

#define TRIES	 10
#define PAUSE_MS 200

struct blockdev *filesystem_wait(struct boot *boot, const struct rootspec *spec,
				 uint32_t limit_s)
{
	uint64_t until_ms = clock_monotonic_ms() + limit_s * 1000ULL;

	return devices_wait(boot, spec, 1, limit_s == CONFIG_FOREVER ? 0 : until_ms);
}

const char *filesystem_types(struct blockdev *dev, const char *given)
{
	if (given && !str_equal(given, "auto"))
		return given;
	if (!dev->probed)
		blockdev_probe(dev);
	return !dev->probe_err ? dev->fs.drivers : NULL;
}

int filesystem_find(struct boot *boot, const char *what, const struct rootspec *spec,
		    uint32_t limit_s, const char *type, struct rootfs_request *request,
		    char source[FILESYSTEM_SOURCE_SIZE])
{
	struct blockdev *dev = filesystem_wait(boot, spec, limit_s);

	if (!dev) {
		stage_verdict(boot, "%s: not there after %u s", what, limit_s);
		return -ENODEV;
	}
	buf_format(source, FILESYSTEM_SOURCE_SIZE, "/dev/%s", dev->name);
	request->source = source;
	request->types = filesystem_types(dev, type);
	if (request->types)
		return 0;
	stage_verdict(boot, "%s: no file system is known on %s", what, source);
	return -EINVAL;
}

/* Disks that have just appeared may need another moment. */
static bool may_pass(int err)
{
	return err == -EBUSY || err == -EIO || err == -ENXIO || err == -ENOMEDIUM;
}

static void explain(struct boot *boot, const char *what,
		    const struct rootfs_request *request, int err)
{
	const char *name = str_after(request->source, "/dev/"), *flags = request->flags;
	struct buf b = BUF_OVER(boot->verdict);

	buf_printf(&b, "%s: mount %s as %s%s%s: %s", what, request->source,
		   request->types, flags && *flags ? " with " : "", flags ? flags : "",
		   strerror(-err));
	if (err == -ENODEV)
		buf_puts(&b, ": add its driver to the image");
	else
		kmsg_print_last(name ? name : request->source, request->types, &b);
}

int filesystem_mount(struct boot *boot, const char *what,
		     const struct rootfs_request *request, struct rootfs_result *result)
{
	int err = rootfs_mount(request, result);

	for (int i = 1; i < TRIES && may_pass(err); i++) {
		uint64_t until_ms = clock_monotonic_ms() + PAUSE_MS;

		while (clock_monotonic_ms() < until_ms)
			(void)loop_round(&boot->loop, until_ms);
		err = rootfs_mount(request, result);
	}
	if (err)
		explain(boot, what, request, err);
	return err;
}
