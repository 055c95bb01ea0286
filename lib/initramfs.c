#include "lib/initramfs.h"

#include <linux/magic.h>
#include <stdint.h>
#include <sys/statfs.h>

bool initramfs_is_root(void)
{
	struct statfs fs;
	/* a signed type on some machines */
	uint32_t magic = statfs("/", &fs) < 0 ? 0 : (uint32_t)fs.f_type;

	return magic == RAMFS_MAGIC || magic == TMPFS_MAGIC;
}
