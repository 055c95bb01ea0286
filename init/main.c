/* /init: PID 1 of an initramfs, and under the name of modprobe the kernel's helper. */
#include "init/boot.h"
#include "init/console.h"
#include "init/events.h"
#include "init/recovery.h"
#include "init/stages.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modprobe.h"

#include <string.h>
#include <unistd.h>

static const char *program_name(int argc, char **argv)
{
	const char *slash;

	if (argc < 1)
		return "";
	slash = strrchr(argv[0], '/');
	return slash ? slash + 1 : argv[0];
}

/* Zero pages that nobody touches cost nothing here; on the stack each would be cleared. */
static void run_boot(void)
{
	static struct boot boot;

	boot.uevent_fd = -1;
	config_init(&boot.config); /* apifs may fail before the stage that reads it */
	if (events_open(&boot))
		log_err("signals: children will not be reaped");
	stages_run(&boot);
	for (;;) {
		boot.failed = true;
		recovery_run(&boot);
	}
}

int main(int argc, char **argv)
{
	if (getpid() == 1) {
		console_secure_fds();
		run_boot();
	}
	if (IS_ENABLED(CONFIG_MODULES) && str_equal(program_name(argc, argv), "modprobe"))
		return modprobe_main(argc, argv);
	log_err("this is the first process of an initramfs; it is not to be run by hand");
	return 1;
}
