#include "mount/blockdev.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/parttable.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

/* A key of the uevent file in sysfs: lines of KEY=VALUE. */
static void read_key(struct blockdev *dev, const char *line)
{
	static const struct {
		const char *key;
		size_t offset;
	} numbers[] = {
		{ "MAJOR=", offsetof(struct blockdev, major) },
		{ "MINOR=", offsetof(struct blockdev, minor) },
		{ "PARTN=", offsetof(struct blockdev, partn) },
	};
	const char *value;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		value = str_after(line, numbers[i].key);
		if (value) /* the kernel's own text; 0 if it ever is none */
			(void)str_parse_u32(value, 10,
					    (uint32_t *)((char *)dev +
							 numbers[i].offset));
	}
	value = str_after(line, "PARTNAME=");
	if (value)
		(void)str_copy(dev->part_label, sizeof(dev->part_label), value);
}

int blockdev_read(struct blockdev *dev, const char *name)
{
	char path[128], text[2048];
	struct buf b = BUF_OVER(path);
	ssize_t len;
	int err;

	*dev = (struct blockdev){ .probe_err = -ENODATA };
	err = str_copy(dev->name, sizeof(dev->name), name);
	if (err)
		return err;
	buf_printf(&b, "/sys/class/block/%s/uevent", name);
	for (char *p = path + strlen("/sys/class/block/");
	     p < path + b.len - strlen("/uevent"); p++)
		if (*p == '/')
			*p = '!'; /* as the kernel writes cciss/c0d0 in sysfs */
	len = fd_read_file(AT_FDCWD, path, text, sizeof(text));
	if (len < 0)
		return (int)len;
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		read_key(dev, line);
	}
	return dev->major ? 0 : -ENODEV;
}

static int open_device(const char *name)
{
	char path[BLOCKDEV_NAME_SIZE + 8];
	struct buf b = BUF_OVER(path);
	int fd;

	buf_printf(&b, "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void blockdev_probe(struct blockdev *dev)
{
	uint8_t image[FSPROBE_FULL_LEN];
	fd_auto int fd = open_device(dev->name);
	ssize_t len;

	dev->probed = true;
	if (fd < 0) {
		dev->probe_err = fd;
		return;
	}
	len = fd_read_full(fd, image, FSPROBE_FIRST_LEN);
	dev->probe_err = len < 0 ? (int)len : fsprobe(image, (size_t)len, &dev->fs);
	if (len == FSPROBE_FIRST_LEN && dev->probe_err) {
		len = fd_read_full(fd, image + len, sizeof(image) - (size_t)len);
		if (len > 0)
			dev->probe_err =
				fsprobe(image, FSPROBE_FIRST_LEN + (size_t)len, &dev->fs);
	}
}

/* The disk is the parent folder of the partition: /sys/devices/…/vda/vda1. */
static int disk_name(const struct blockdev *dev, char *name, size_t size)
{
	char path[128], target[512];
	struct buf b = BUF_OVER(path);
	ssize_t len;
	char *slash;

	buf_printf(&b, "/sys/class/block/%s", dev->name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	slash = strrchr(target, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	slash = strrchr(target, '/');
	return slash ? str_copy(name, size, slash + 1) : -ENOENT;
}

void blockdev_read_partuuid(struct blockdev *dev)
{
	uint8_t table[PARTTABLE_READ_LEN];
	char disk[BLOCKDEV_NAME_SIZE];
	int sector_size = 512, err;
	fd_auto int fd = -1;
	ssize_t len;

	if (!dev->partn || *dev->part_uuid || disk_name(dev, disk, sizeof(disk)))
		return;
	fd = open_device(disk);
	if (fd < 0)
		return;
	if (ioctl(fd, BLKSSZGET, &sector_size) < 0)
		sector_size = 512;
	len = fd_read_full(fd, table, sizeof(table));
	if (len <= 0)
		return;
	err = parttable_partuuid(table, (size_t)len, (unsigned)sector_size, dev->partn,
				 dev->part_uuid);
	if (err)
		log_debug("device %s: partition table: %s", disk, strerror(-err));
}

bool blockdev_matches(struct blockdev *dev, const struct rootspec *spec)
{
	struct rootdev known;
	bool is_filesystem;

	if (rootspec_needs_superblock(spec) && !dev->probed)
		blockdev_probe(dev);
	if (IS_ENABLED(CONFIG_PARTTABLE) && rootspec_needs_parttable(spec))
		blockdev_read_partuuid(dev);
	/* the UUID of a LUKS or RAID member is not that of a file system */
	is_filesystem =
		dev->probed && !dev->probe_err && str_equal(dev->fs.usage, "filesystem");
	known = (struct rootdev){
		.name = dev->name,
		.major = dev->major,
		.minor = dev->minor,
		.fs_uuid = is_filesystem ? dev->fs.uuid : "",
		.fs_label = is_filesystem ? dev->fs.label : "",
		.part_uuid = dev->part_uuid,
		.part_label = dev->part_label,
	};
	return rootspec_matches(spec, &known);
}
