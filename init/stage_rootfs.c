#include "init/stages.h"

#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/rootfs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TRIES	 10
#define PAUSE_MS 200

/* Disks that have just appeared may need another moment. */
static bool may_pass(int err)
{
	return err == -EBUSY || err == -EIO || err == -ENXIO || err == -ENOMEDIUM;
}

static int mount_with_patience(struct boot *boot, const struct rootfs_request *request,
			       struct rootfs_result *result)
{
	int err = rootfs_mount(request, result);

	for (int i = 1; i < TRIES && may_pass(err); i++) {
		uint64_t until_ms = clock_monotonic_ms() + PAUSE_MS;

		while (clock_monotonic_ms() < until_ms)
			(void)loop_round(&boot->loop, until_ms);
		err = rootfs_mount(request, result);
	}
	return err;
}

/* What the superblock says, unless the user knows better: hostile media get no free tries
 * at every file system of the kernel. */
static const char *types_to_try(struct boot *boot)
{
	const char *given = boot->config.rootfstype;
	struct blockdev *dev = boot->root;

	if (given && !str_equal(given, "auto"))
		return given;
	if (!dev->probed)
		blockdev_probe(dev);
	if (!dev->probe_err && str_equal(dev->fs.usage, "filesystem"))
		return dev->fs.type;
	stage_verdict(
		boot,
		"root: /dev/%s holds %s, which is no file system to boot from: check "
		"root=, or say rootfstype=",
		dev->name, dev->probe_err ? "nothing known" : dev->fs.type);
	return NULL;
}

int stage_rootfs(struct boot *boot)
{
	const struct config *config = &boot->config;
	struct rootfs_request request;
	struct rootfs_result result;
	char device[BLOCKDEV_NAME_SIZE]; /* a copy: devices may go while we wait */
	int err;

	if (!config->root)
		return STAGE_SKIPPED;
	if (!boot->root) {
		stage_verdict(boot, "root: %s: the device has gone", config->root);
		return -ENODEV;
	}
	(void)str_copy(device, sizeof(device), boot->root->name); /* same size */
	request = (struct rootfs_request){
		.device = device,
		.types = types_to_try(boot),
		.flags = config->rootflags,
		.writable = config->root_rw,
		.target = BOOT_ROOT_MOUNT,
	};
	if (!request.types)
		return -EINVAL;
	(void)mkdir(BOOT_ROOT_MOUNT, 0755); /* the mount says it if this did not work */
	err = mount_with_patience(boot, &request, &result);
	if (err) {
		stage_verdict(boot, "root: mount /dev/%s as %s%s%s: %s%s", request.device,
			      request.types, request.flags ? " with " : "",
			      request.flags ? request.flags : "", strerror(-err),
			      err == -ENODEV ? ": add its driver to the image" : "");
		return err;
	}
	stage_note(boot, "%s mounted %s", result.type, result.read_only ? "ro" : "rw");
	return 0;
}
