#include "init/filesystem.h"
#include "init/stage_root.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/klibc.h"

#include <errno.h>
#include <sys/stat.h>

static void say_unmountable(struct boot *boot, const struct blockdev *dev)
{
	if (dev->probe_err == -ENOTUNIQ)
		stage_verdict(
			boot,
			"root: /dev/%s holds both %s and %s: remove what is old with "
			"wipefs, or say rootfstype=",
			dev->name, dev->fs.type, dev->fs.also);
	else
		stage_verdict(
			boot,
			"root: /dev/%s holds %s, which is no file system to boot from: "
			"check root=, or say rootfstype=",
			dev->name, dev->probe_err ? "nothing known" : dev->fs.type);
}

int stage_rootfs(struct boot *boot)
{
	const struct config *config = &boot->config;
	struct blockdev *dev;
	/* a copy of the name: devices may go while we wait */
	char source[FILESYSTEM_SOURCE_SIZE];
	struct rootfs_request request;
	struct rootfs_result result;
	int err;

	if (!boot->root_spec_count)
		return STAGE_SKIPPED;
	/* it went meanwhile, and may come again under another name */
	if (!boot->root && root_find(boot))
		return -ENODEV;
	dev = boot->root;
	FORMAT(source, "/dev/%s", dev->name);
	request = (struct rootfs_request){
		.source = source,
		.types = filesystem_types(dev, config->rootfstype),
		.flags = config->rootflags,
		.writable =
			config->root_rw && !dev->gpt_read_only && !config_overlay(config),
		.target = BOOT_ROOT_MOUNT,
	};
	if (!request.types) {
		say_unmountable(boot, dev);
		return -EINVAL;
	}
	(void)mkdir(BOOT_ROOT_MOUNT, 0755); /* the mount says it if this did not work */
	err = filesystem_mount(boot, "root", &request, &result);
	if (err)
		return err;
	stage_note(boot, "%s mounted %s", result.type, result.read_only ? "ro" : "rw");
	return 0;
}
