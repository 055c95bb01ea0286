#include "mount/overlay.h"

#include "lib/buf.h"
#include "lib/klibc.h"

#include <errno.h>
#include <sys/stat.h>

static int make_folder(const char *parent, const char *name)
{
	char path[128];

	FORMAT(path, "%s/%s", parent, name);
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

int overlay_mount(const char *root, const char *lower, const char *writable)
{
	char options[256];
	int err = make_folder(writable, "overlay");

	if (!err)
		err = make_folder(writable, "ovlwork");
	if (err)
		return err;
	FORMAT(options, "lowerdir=%s,upperdir=%s/overlay,workdir=%s/ovlwork", lower,
	       writable, writable);
	/* moved, not bound: nothing must stay mounted below the overlay */
	if (mount(root, lower, NULL, MS_MOVE, NULL) < 0)
		return -errno;
	if (mount("overlay", root, "overlay", 0, options) == 0)
		return 0;
	err = -errno;
	/* from where it came: there is no reason why it should not go back */
	(void)mount(lower, root, NULL, MS_MOVE, NULL);
	return err;
}
