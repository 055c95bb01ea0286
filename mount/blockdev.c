#include "mount/blockdev.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/devlinks.h"
#include "mount/parttable.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/major.h>
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
		{ "DISKSEQ=", offsetof(struct blockdev, diskseq) },
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
	value = str_after(line, "PARTUUID="); /* since Linux 6.8 */
	if (value)
		(void)str_copy(dev->part.uuid, sizeof(dev->part.uuid), value);
}

/* The file @leaf of the device in sysfs, where cciss/c0d0 is written cciss!c0d0. */
static void put_sysfs_path(struct buf *b, const char *name, const char *leaf)
{
	size_t start;

	buf_puts(b, "/sys/class/block/");
	start = b->len;
	buf_puts(b, name);
	for (char *p = b->data + start; *p; p++)
		if (*p == '/')
			*p = '!';
	buf_printf(b, "/%s", leaf);
}

/* A number in sysfs; 0 when there is none. */
static uint64_t read_number(const char *name, const char *leaf)
{
	char path[128], text[24];
	struct buf b = BUF_OVER(path);
	uint64_t value = 0;

	put_sysfs_path(&b, name, leaf);
	if (fd_read_file(AT_FDCWD, path, text, sizeof(text)) > 0) {
		text[strcspn(text, "\n")] = '\0';
		(void)str_parse_u64(text, 10, &value); /* the kernel's own text */
	}
	return value;
}

int blockdev_read_event(struct blockdev *dev, const char *name, const char *keys,
			size_t len)
{
	int err;

	*dev = (struct blockdev){ .probe_err = -ENODATA };
	err = str_copy(dev->name, sizeof(dev->name), name);
	if (err)
		return err;
	for (size_t off = 0; off < len; off += strlen(keys + off) + 1)
		read_key(dev, keys + off);
	return dev->major ? 0 : -ENODEV;
}

int blockdev_read(struct blockdev *dev, const char *name)
{
	char path[128], text[2048];
	struct buf b = BUF_OVER(path);
	ssize_t len;

	put_sysfs_path(&b, name, "uevent");
	len = fd_read_file(AT_FDCWD, path, text, sizeof(text));
	for (ssize_t i = 0; i < len; i++)
		if (text[i] == '\n')
			text[i] = '\0';
	return len < 0 ? (int)len : blockdev_read_event(dev, name, text, (size_t)len + 1);
}

static int open_device(const char *name)
{
	char path[BLOCKDEV_NAME_SIZE + 8];
	int fd;

	FORMAT(path, "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* Most formats are told by the first two pages. */
#define FRONT_LEN 8192

/* What fsprobe() has seen of a device: its beginning, which is read at once, and the last
 * place beyond it. */
struct device_view {
	int fd;
	int err; /* of the first read that failed */
	size_t front_len;
	uint64_t at; /* of @place */
	size_t place_len;
	uint8_t front[FRONT_LEN];
	uint8_t place[4 * FSPROBE_READ_MAX];
};

static size_t read_at(struct device_view *view, uint8_t *data, size_t size, uint64_t at)
{
	ssize_t len = pread(view->fd, data, size, (off_t)at);

	if (len < 0 && !view->err)
		view->err = -errno;
	return len < 0 ? 0 : (size_t)len;
}

/* Whole pages, as the kernel reads them; whoever goes on where the last place ended gets
 * more of them. */
static const uint8_t *device_bytes(void *ctx, uint64_t off, size_t len)
{
	const uint64_t page = FSPROBE_READ_MAX;
	struct device_view *view = ctx;
	uint64_t start = off / page * page, end = (off + len + page - 1) / page * page;

	if (off + len <= view->front_len)
		return view->front + off;
	if (off < view->at || off + len > view->at + view->place_len) {
		if (start == view->at + view->place_len)
			end = start + sizeof(view->place);
		view->place_len =
			read_at(view, view->place, (size_t)(end - start), start);
		view->at = start;
	}
	return off + len <= view->at + view->place_len ? view->place + (off - view->at)
						       : NULL;
}

void blockdev_probe(struct blockdev *dev)
{
	fd_auto int fd = open_device(dev->name);
	struct device_view view;
	struct fsprobe_source src = { .bytes = device_bytes, .ctx = &view };
	int sector_size;
	off_t size;

	dev->probed = true;
	dev->probe_err = fd;
	if (fd < 0)
		return;
	size = lseek(fd, 0, SEEK_END);
	if (size < 0) {
		dev->probe_err = -errno;
		return;
	}
	src.size = (uint64_t)size;
	src.partition = dev->partn;
	src.optical = dev->major == SCSI_CDROM_MAJOR;
	if ((IS_ENABLED(CONFIG_FSPROBE_UDF) || IS_ENABLED(CONFIG_FSPROBE_FOREIGN)) &&
	    ioctl(fd, BLKSSZGET, &sector_size) == 0)
		src.sector_size = (uint32_t)sector_size;
	view.fd = fd;
	view.err = 0;
	view.at = view.place_len = 0;
	/* without it the kernel reads on, up to 128 KiB behind each place, and has to free
	 * all of that when the device is closed */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	/* one request; what is looked at of it is copied later */
	(void)posix_fadvise(fd, 0, FSPROBE_FRONT_LEN, POSIX_FADV_WILLNEED);
	view.front_len = read_at(&view, view.front, sizeof(view.front), 0);
	dev->probe_err = fsprobe(&src, &dev->fs);
	if (dev->probe_err == -ENODATA && view.err)
		dev->probe_err = view.err; /* it could not be known */
}

/* The disk is the parent folder of the partition: /sys/devices/…/vda/vda1. */
static int disk_name(const struct blockdev *dev, char *name, size_t size)
{
	char path[128], target[512];
	struct buf b = BUF_OVER(path);
	ssize_t len;
	char *slash;

	if (!dev->partn)
		return str_copy(name, size, dev->name);
	put_sysfs_path(&b, dev->name, "");
	path[b.len - 1] = '\0'; /* with its slash it would be followed */
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

static int read_disk(void *ctx, uint64_t off, void *data, size_t len)
{
	ssize_t got = pread(*(const int *)ctx, data, len, (off_t)off);

	if (got < 0)
		return -errno;
	return (size_t)got == len ? 0 : -EIO;
}

/* Entry @partn in the table of the disk that @dev is a part of. */
static int read_entry(const struct blockdev *dev, uint32_t partn, uint64_t start,
		      struct parttable_entry *entry)
{
	char disk[BLOCKDEV_NAME_SIZE];
	struct parttable_disk table = { .read = read_disk };
	int sector_size = 512, err = disk_name(dev, disk, sizeof(disk));
	fd_auto int fd = err ? err : open_device(disk);

	if (fd < 0)
		return fd;
	if (ioctl(fd, BLKSSZGET, &sector_size) < 0)
		sector_size = 512;
	if (ioctl(fd, BLKGETSIZE64, &table.size) < 0)
		table.size = 0;
	table.ctx = &fd;
	table.sector_size = (unsigned)sector_size;
	err = parttable_find(&table, partn, start, entry);
	if (err)
		log_debug("device %s: partition table: %s", disk, strerror(-err));
	return err;
}

void blockdev_read_partition(struct blockdev *dev)
{
	uint64_t start_sector;

	if (!dev->partn || dev->part_read)
		return;
	dev->part_read = true;
	start_sector = read_number(dev->name, "start");
	(void)read_entry(dev, dev->partn, start_sector * 512, &dev->part); /* said */
}

uint64_t blockdev_size_bytes(const char *name)
{
	return read_number(name, "size") * 512;
}

bool blockdev_has_medium(const struct blockdev *dev)
{
	return read_number(dev->name, "size") > 0;
}

bool blockdev_same_disk(const struct blockdev *a, const struct blockdev *b)
{
	char a_disk[BLOCKDEV_NAME_SIZE], b_disk[BLOCKDEV_NAME_SIZE];

	if (a->diskseq && b->diskseq)
		return a->diskseq == b->diskseq;
	return disk_name(a, a_disk, sizeof(a_disk)) == 0 &&
	       disk_name(b, b_disk, sizeof(b_disk)) == 0 && str_equal(a_disk, b_disk);
}

bool blockdev_is_held_by(const struct blockdev *a, const struct blockdev *b)
{
	char path[256];
	struct buf buf = BUF_OVER(path);

	put_sysfs_path(&buf, a->name, "holders/");
	buf_puts(&buf, b->name);
	return access(path, F_OK) == 0;
}

/* PARTNROFF=: is the partition that is so far before this one the named one? */
static bool is_neighbour(const struct blockdev *dev, const struct rootspec *spec)
{
	int64_t partn = (int64_t)dev->partn - spec->partnroff;
	struct parttable_entry entry;

	return dev->partn && partn > 0 && partn <= UINT32_MAX &&
	       read_entry(dev, (uint32_t)partn, 0, &entry) == 0 &&
	       str_equal_nocase(entry.uuid, spec->value);
}

bool blockdev_must_read(const struct blockdev *dev, const struct rootspec *spec)
{
	if (rootspec_needs_superblock(spec))
		return !dev->probed;
	return rootspec_needs_parttable(spec) && dev->partn && !*dev->part.uuid &&
	       !dev->part_read;
}

bool blockdev_matches(struct blockdev *dev, const struct rootspec *spec)
{
	bool is_filesystem;
	struct rootdev known;

	if (spec->kind == ROOT_GPT_AUTO)
		return false; /* not to be told from one device alone */
	if (IS_ENABLED(CONFIG_DEVLINKS) && devlinks_is_for(spec))
		return devlinks_match("/sys", dev->name, dev->partn, spec);
	if (IS_ENABLED(CONFIG_PARTTABLE) && spec->partnroff)
		return is_neighbour(dev, spec);
	if (blockdev_must_read(dev, spec)) {
		if (rootspec_needs_superblock(spec))
			blockdev_probe(dev);
		else if (IS_ENABLED(CONFIG_PARTTABLE))
			blockdev_read_partition(dev);
	}
	/* the UUID of a LUKS or RAID member is not that of a file system */
	is_filesystem =
		dev->probed && !dev->probe_err &&
		(dev->fs.drivers || (spec->swap && str_after(dev->fs.type, "sw")));
	known = (struct rootdev){
		.name = dev->name,
		.major = dev->major,
		.minor = dev->minor,
		.fs_uuid = is_filesystem ? dev->fs.uuid : "",
		.fs_label = is_filesystem ? dev->fs.label : "",
		.part_uuid = dev->part.uuid,
		.part_label = dev->part_label,
	};
	return rootspec_matches(spec, &known);
}
