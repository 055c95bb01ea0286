#include "mount/loopdev.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define CONTROL	      "/dev/loop-control"
#define CONTROL_MINOR 237 /* Documentation/admin-guide/devices.txt; of MISC_MAJOR */
#define TRIES	      8

/* Opening the node makes the kernel ask for the module that serves it; devtmpfs has the node only
 * when the module is there. */
static int open_control(void)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		(void)mknod(CONTROL, S_IFCHR | 0600, makedev(MISC_MAJOR, CONTROL_MINOR));
		fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* Before Linux 5.8 in two steps. */
static int configure(int loop, int file, unsigned flags)
{
	struct loop_config config = { .fd = (__u32)file, .info.lo_flags = flags };

	if (ioctl(loop, LOOP_CONFIGURE, &config) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOTTY)
		return -errno;
	if (ioctl(loop, LOOP_SET_FD, (void *)(long)file) < 0)
		return -errno;
	config.info.lo_flags &= ~(__u32)LO_FLAGS_READ_ONLY; /* as @file was opened */
	if (ioctl(loop, LOOP_SET_STATUS64, &config.info) == 0)
		return 0;
	file = -errno;
	(void)ioctl(loop, LOOP_CLR_FD, NULL); /* the first error is the one to report */
	return file;
}

int loopdev_attach(int file, bool read_only, char name[LOOPDEV_NAME_SIZE])
{
	unsigned flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
	fd_auto int control = open_control();
	int err = control < 0 ? control : -EBUSY;

	/* somebody else may take the free one before we do */
	for (int i = 0; i < TRIES && err == -EBUSY; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE, NULL);
		char path[32];
		struct buf b = BUF_OVER(path), n = buf_init(name, LOOPDEV_NAME_SIZE);
		fd_auto int loop = -1;

		if (number < 0)
			return -errno;
		buf_printf(&n, "loop%d", number);
		buf_printf(&b, "/dev/%s", name);
		loop = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		if (loop < 0)
			return -errno;
		err = configure(loop, file, flags);
		if (!err)
			return fd_take(&loop);
	}
	return err;
}
