#include "initramfs/verb.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "mount/fsprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* As blkid exits then. */
#define NOTHING_KNOWN 2
#define AMBIVALENT    8

static const struct flag flags[] = {
	{ 0 },
};

/* As blkid writes values that a shell may read: `\` before what is special to it, M-x for
 * bytes above ASCII, ^x for control characters. */
static void print_value(const char *name, const char *value)
{
	if (!*value)
		return;
	printf("%s=", name);
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte & 0x80)
			fputs("M-", stdout);
		byte &= 0x7f;
		if (byte < 0x20 || byte == 0x7f)
			printf("^%c", byte ^ 0x40);
		else
			printf(strchr(" \\\"'$`<>", byte) ? "\\%c" : "%c", byte);
	}
	putchar('\n');
}

struct place {
	int fd;
	uint8_t data[FSPROBE_READ_MAX];
};

static const uint8_t *bytes(void *ctx, uint64_t off, size_t len)
{
	struct place *p = ctx;

	return pread(p->fd, p->data, len, (off_t)off) == (ssize_t)len ? p->data : NULL;
}

static bool is_partition(dev_t dev)
{
	char path[64];
	struct buf b = BUF_OVER(path);

	buf_printf(&b, "/sys/dev/block/%u:%u/partition", major(dev), minor(dev));
	return access(path, F_OK) == 0;
}

/* 0 or -errno. */
static int describe(int fd, struct fsprobe_source *src)
{
	int sector_size;
	off_t size = lseek(fd, 0, SEEK_END);
	struct stat st;

	if (size < 0 || fstat(fd, &st) < 0)
		return -errno;
	src->size = (uint64_t)size;
	if (!S_ISBLK(st.st_mode))
		return 0;
	if (ioctl(fd, BLKSSZGET, &sector_size) == 0)
		src->sector_size = (uint32_t)sector_size;
	src->partition = is_partition(st.st_rdev);
	src->optical = major(st.st_rdev) == SCSI_CDROM_MAJOR;
	return 0;
}

static int print_found(const char *path, const struct fsprobe_result *found)
{
	printf("DEVNAME=%s\n", path);
	print_value("LABEL", found->label);
	print_value("UUID", found->uuid);
	print_value("TYPE", found->type);
	print_value("USAGE", found->usage);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int probe_run(void *options, char **operands)
{
	const char *path = operands[0];
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct place place = { .fd = fd };
	struct fsprobe_source src = { .bytes = bytes, .ctx = &place };
	struct fsprobe_result found;
	int err = fd < 0 ? -errno : describe(fd, &src);

	(void)options;
	if (err) {
		log_err("probe: %s: %s", path, strerror(-err));
		return 1;
	}
	err = fsprobe(&src, &found);
	if (err == 0)
		return print_found(path, &found);
	if (err == -EUCLEAN)
		log_err("probe: %s: damaged superblock", path);
	if (err != -ENOTUNIQ)
		return NOTHING_KNOWN;
	log_err("probe: %s: both %s and %s: remove one with wipefs(8)", path, found.type,
		found.also);
	return AMBIVALENT;
}

const struct verb verb_probe = {
	.name = "probe",
	.help = "what /init would recognise on a device, in the words of blkid",
	.operands = "DEVICE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.run = probe_run,
};
