#include "init/stage_loop.h"

#include "init/filesystem.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "mount/inroot.h"
#include "mount/loopdev.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define HOST	BOOT_STATE_DIR "/host"
#define LIMIT_S 10 /* the kernel has made the device already and only has to say so */

struct blockdev *loop_device(struct boot *boot, const char *what, int file,
			     bool read_only)
{
	struct rootspec spec = { .kind = ROOT_PATH };
	struct blockdev *dev;
	/* stays open: without a user the device would end before it is mounted */
	int loop = loopdev_attach(file, read_only, spec.value);

	close(file);
	if (loop < 0) {
		stage_verdict(boot,
			      "%s: loop device: %s: add the module loop to the image",
			      what, strerror(-loop));
		return NULL;
	}
	dev = filesystem_wait(boot, &spec, LIMIT_S);
	if (!dev ||
	    blockdev_read(dev, spec.value)) { /* what it was before is not what it is */
		stage_verdict(boot, "%s: /dev/%s does not appear", what, spec.value);
		return NULL;
	}
	return dev;
}

/* rd.loop=PATH[,ro]: the path without its end. */
static int cut_path(const char *value, char *path, size_t size, bool *read_only)
{
	int err = str_copy(path, size, value);
	char *comma = strrchr(path, ',');

	if (!comma || !str_equal(comma, ",ro"))
		return err;
	*comma = '\0';
	*read_only = true;
	return err;
}

static int mount_host(struct boot *boot, const char *source, bool writable)
{
	struct rootfs_request request = {
		.source = source,
		.types = filesystem_types(boot->root, NULL),
		.writable = writable,
		.target = HOST,
	};
	struct rootfs_result result;

	if (!request.types) {
		stage_verdict(boot, "rd.loop: no file system is known on %s: check root=",
			      source);
		return -EINVAL;
	}
	(void)mkdir(HOST, 0755); /* the mount says it if this did not work */
	return filesystem_mount(boot, "rd.loop", &request, &result);
}

int stage_loop(struct boot *boot)
{
	const struct config *config = &boot->config;
	bool read_only = !config->root_rw || config_overlay(config);
	char path[256], source[FILESYSTEM_SOURCE_SIZE];
	struct buf b = BUF_OVER(source);
	struct blockdev *dev;
	int file, err;

	if (!boot->root_spec_count || !config->loop)
		return STAGE_SKIPPED;
	if (!boot->root) {
		stage_verdict(boot, "root: %s: the device has gone", config->root);
		return -ENODEV;
	}
	buf_printf(&b, "/dev/%s", boot->root->name);
	err = cut_path(config->loop, path, sizeof(path), &read_only);
	if (!err)
		err = mount_host(boot, source, !read_only);
	if (err)
		return err;
	file = inroot_open_file(HOST, path, read_only ? O_RDONLY : O_RDWR);
	dev = file < 0 ? NULL : loop_device(boot, "rd.loop", file, read_only);
	if (!dev) {
		if (file < 0)
			stage_verdict(boot,
				      "rd.loop: %s on %s: %s: check rd.loop= and root=",
				      path, source,
				      file == -EINVAL ? "not a file" : strerror(-file));
		(void)umount2(HOST, MNT_DETACH); /* for the next try */
		return file < 0 ? file : -ENODEV;
	}
	boot->root = dev;
	stage_note(boot, "%s on %s is /dev/%s", path, source, dev->name);
	return 0;
}
