#include "init/devices.h"
#include "init/filesystem.h"
#include "init/stage_loop.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/inroot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PLACE BOOT_STATE_DIR "/isoscan"

/* Mounting somebody's disk read-only would still replay its journal, which destroys a system that
 * is hibernated on it. */
static const struct {
	const char *type, *flags;
} without_journal[] = {
	{ "ext3", "noload" },
	{ "ext4", "noload" },
	{ "xfs", "norecovery" },
	{ "f2fs", "norecovery" },
	{ "btrfs", "rescue=nologreplay" },
};

static const char *harmless_flags(const char *type)
{
	for (size_t i = 0; i < sizeof(without_journal) / sizeof(without_journal[0]); i++)
		if (str_equal(without_journal[i].type, type))
			return without_journal[i].flags;
	return NULL;
}

/* The file @path on @dev, which stays mounted then, or -errno. */
static int look(struct boot *boot, struct blockdev *dev, const char *path)
{
	char source[FILESYSTEM_SOURCE_SIZE];
	struct buf b = BUF_OVER(source);
	struct rootfs_request request = {
		.source = source,
		.types = filesystem_types(dev, NULL),
		.target = PLACE,
	};
	struct rootfs_result result;
	int file;

	if (!request.types)
		return -ENODATA;
	request.flags = harmless_flags(request.types);
	buf_printf(&b, "/dev/%s", dev->name);
	file = filesystem_mount(boot, "isoscan", &request, &result);
	if (file) {
		log_warning("%s", boot->verdict);
		return file;
	}
	file = inroot_open_file(PLACE, path, O_RDONLY);
	log_debug("isoscan: %s: %s", source, file < 0 ? strerror(-file) : "found");
	if (file < 0)
		(void)umount2(PLACE, MNT_DETACH); /* for the next one */
	else
		stage_note(boot, "%s found on %s (%s)", path, source, result.type);
	return file;
}

/* Every device that was not looked at since it came or changed. While a mount is tried again they
 * may come and go: what is missed now has changed, and comes in the next round. */
static int look_everywhere(struct boot *boot, const char *path)
{
	for (unsigned i = 0; i < boot->device_count; i++) {
		struct blockdev *dev = &boot->devices[i];
		int file;

		if (dev->scanned)
			continue;
		dev->scanned = true;
		file = look(boot, dev, path);
		if (file >= 0)
			return file;
	}
	return -ENOENT;
}

static void say_not_found(struct boot *boot, uint32_t waited_s)
{
	struct buf b = BUF_OVER(boot->verdict);
	const char *before = "looked on ";

	buf_printf(&b,
		   "iso-scan/filename=%s: not found within %u s: ", boot->config.iso_scan,
		   waited_s);
	for (unsigned i = 0; i < boot->device_count; i++) {
		struct blockdev *dev = &boot->devices[i];

		dev->scanned = false; /* the next try looks again */
		if (!filesystem_types(dev, NULL))
			continue;
		buf_printf(&b, "%s%s (%s)", before, dev->name, dev->fs.type);
		before = ", ";
	}
	buf_printf(&b, "%s: check the path, or add the driver of its disk to the image",
		   *before == ',' ? "" : "saw no file system");
}

int stage_isoscan(struct boot *boot)
{
	struct config *config = &boot->config;
	uint32_t limit_s = config_root_timeout(config);
	uint64_t until_ms = clock_monotonic_ms() + limit_s * 1000ULL;
	struct buf b = BUF_OVER(boot->iso_root);
	struct blockdev *dev;
	unsigned seen;
	int file;

	if (!config->iso_scan)
		return STAGE_SKIPPED;
	(void)mkdir(PLACE, 0755); /* the mounts say it if this did not work */
	devices_watch(boot);
	devices_scan(boot);
	do {
		seen = boot->device_changes;
		file = look_everywhere(boot, config->iso_scan);
	} while (file < 0 &&
		 devices_change(boot, seen, limit_s == CONFIG_FOREVER ? 0 : until_ms));
	boot->any_device = file < 0;
	if (file < 0) {
		say_not_found(boot, limit_s);
		return file;
	}
	dev = loop_device(boot, "iso-scan", file, true);
	if (!dev) {
		(void)umount2(PLACE, MNT_DETACH); /* for the next try */
		return -ENODEV;
	}
	buf_printf(&b, "/dev/%s", dev->name);
	if (!config->root)
		config->root = boot->iso_root;
	return 0;
}
