#include "init/filesystem.h"
#include "init/stages.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/overlay.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define LOWER	 BOOT_STATE_DIR "/lower"
#define WRITABLE BOOT_STATE_DIR "/overlay"
#define LIMIT_S	 30 /* where the root itself is waited for without limit */

/* Layers over the root what is mounted on WRITABLE now. */
static int put_overlay(void)
{
	int err = overlay_mount(BOOT_ROOT_MOUNT, LOWER, WRITABLE);

	if (err)
		(void)umount2(WRITABLE,
			      MNT_DETACH); /* the first error is the one to report */
	return err;
}

/* Into memory: a tmpfs with @options as they are, or as tmpfs likes it. */
static int over_tmpfs(const char *options)
{
	int err = mount("tmpfs", WRITABLE, "tmpfs", 0, options) < 0 ? -errno : 0;

	if (err && options) {
		log_warning("overlay: tmpfs with %s: %s: taking the default", options,
			    strerror(-err));
		return over_tmpfs(NULL);
	}
	return err ? err : put_overlay();
}

/* With boot->verdict set if it cannot be. */
static int over_device(struct boot *boot, const char *value)
{
	uint32_t limit_s = config_root_timeout(&boot->config);
	struct rootfs_request request = { .writable = true, .target = WRITABLE };
	char source[FILESYSTEM_SOURCE_SIZE];
	struct rootfs_result result;
	struct rootspec spec;
	int err = rootspec_parse(value, &spec);

	if (err) {
		stage_verdict(boot, "overlay: neither tmpfs nor a device");
		return err;
	}
	err = filesystem_find(boot, "overlay", &spec,
			      limit_s == CONFIG_FOREVER ? LIMIT_S : limit_s, NULL,
			      &request, source);
	if (!err)
		err = filesystem_mount(boot, "overlay", &request, &result);
	if (err)
		return err;
	err = put_overlay();
	if (err)
		stage_verdict(boot, "overlay: %s: %s", source, strerror(-err));
	return err;
}

int stage_overlay(struct boot *boot)
{
	const char *value = config_overlay(&boot->config), *options;
	int err = -EINVAL;

	if (!boot_has_root(boot) || !value)
		return STAGE_SKIPPED;
	/* if they cannot be made, the mounts say so */
	(void)mkdir(LOWER, 0755);
	(void)mkdir(WRITABLE, 0755);
	options = str_after(value, "tmpfs");
	stage_note(boot, "rd.overlay=%s", value);
	if (!options && !str_equal(value, "1")) {
		err = over_device(boot, value);
		if (err)
			log_warning("%s: rd.overlay=%s: writing into memory instead",
				    boot->verdict, value);
	}
	if (err)
		err = over_tmpfs(options && *options == ':' ? options + 1 : NULL);
	if (err)
		stage_verdict(boot, "overlay: %s%s", strerror(-err),
			      err == -ENODEV ? ": add the module overlay to the image"
					     : "");
	return err;
}
