#include "init/control.h"
#include "init/stages.h"

#include "lib/klibc.h"
#include "lib/log.h"
#include "mount/apifs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int stage_apifs(struct boot *boot)
{
	int err = apifs_mount(), kmsg_err = log_open_kmsg();

	if (kmsg_err)
		log_warning("/dev/kmsg: %s", strerror(-kmsg_err));
	if (mkdir(BOOT_STATE_DIR, 0755) < 0 && errno != EEXIST)
		log_warning("%s: %s", BOOT_STATE_DIR, strerror(errno));
	if (IS_ENABLED(CONFIG_CONTROL))
		control_open(boot);
	stage_note(boot, "/proc /sys /dev /run");
	return err;
}
