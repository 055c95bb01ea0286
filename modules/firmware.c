#include "modules/firmware.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/str.h"

#include <errno.h>

bool firmware_is_asked_for(const struct uevent *event)
{
	return str_equal(event->subsystem, "firmware") && str_equal(event->action, "add");
}

int firmware_refuse(const struct uevent *event)
{
	char path[512];
	struct buf b = BUF_OVER(path);

	buf_printf(&b, "/sys%s/loading", event->devpath);
	return b.truncated ? -ENAMETOOLONG : fd_write_file(path, "-1", 2);
}
