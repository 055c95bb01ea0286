#include "mount/sysfs.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"

#include <string.h>

const char *sysfs_attribute(const char *folder, const char *leaf,
			    char text[SYSFS_TEXT_SIZE])
{
	char path[SYSFS_PATH_SIZE + 128];
	struct buf b = BUF_OVER(path);
	ssize_t len;

	buf_printf(&b, "%s/%s", folder, leaf);
	len = fd_read_file(AT_FDCWD, path, text, SYSFS_TEXT_SIZE);
	text[len > 0 ? strcspn(text, "\n") : 0] = '\0';
	return text;
}

const char *sysfs_link(const char *folder, const char *leaf, char target[SYSFS_PATH_SIZE])
{
	char path[SYSFS_PATH_SIZE + 128];
	struct buf b = BUF_OVER(path);
	const char *slash;
	ssize_t len;

	buf_printf(&b, "%s/%s", folder, leaf);
	len = readlink(path, target, SYSFS_PATH_SIZE - 1);
	target[len > 0 ? len : 0] = '\0';
	slash = strrchr(target, '/');
	return slash ? slash + 1 : target;
}

bool sysfs_exists(const char *folder, const char *leaf)
{
	char path[SYSFS_PATH_SIZE + 128];
	struct buf b = BUF_OVER(path);

	buf_printf(&b, "%s/%s", folder, leaf);
	return access(path, F_OK) == 0;
}
