#include "mount/apifs.h"

#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

const char *const apifs_moved[] = { "/dev", "/proc", "/sys", "/run", NULL };

/* /run has the options that systemd's INITRD_INTERFACE asks for. /dev/pts is for the
 * recovery shell and for those who want a pty; everything else works without it. */
static const struct {
	const char *type, *target;
	unsigned long flags;
	const char *options;
	bool needed;
} table[] = {
	{ "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, true },
	{ "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, true },
	{ "devtmpfs", "/dev", MS_NOSUID, "mode=0755", true },
	{ "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=0620,ptmxmode=0666",
	  false },
	{ "tmpfs", "/run", MS_NOSUID | MS_NODEV | MS_STRICTATIME, "mode=0755", true },
};

static int mount_row(size_t i)
{
	/* if it cannot be made, the mount says so */
	(void)mkdir(table[i].target, 0755);
	if (mount(table[i].type, table[i].target, table[i].type, table[i].flags,
		  table[i].options) == 0 ||
	    errno == EBUSY) /* mounted by whoever started us */
		return 0;
	return -errno;
}

int apifs_mount(void)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int err = mount_row(i);

		if (!err)
			continue;
		if (table[i].needed && !result)
			result = err;
		log_write(table[i].needed ? LOG_ERR : LOG_DEBUG, "%s: %s",
			  table[i].target, strerror(-err));
	}
	return result;
}

int apifs_mount_at(const char *target)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (str_equal(table[i].target, target))
			return mount_row(i);
	return -ENOENT;
}
